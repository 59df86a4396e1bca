import { expect, test } from "vitest";
import { tagTable } from "./catalog/tag-table.ts";
import { createRandom } from "./rng.ts";
import { createSignal } from "./signal.ts";

const rows = tagTable(`
h
t | temperature | Cel | 0..100 | 0.5 | 10 | 0.1 | - | - | - | - | - | - | -
p | pressure    | bar | -1..10 | 0   | 10 | 0.01 | - | - | - | - | - | - | -
`);
const HOUR = 3_600_000;
const run = (faults: Parameters<typeof createSignal>[1], hours: number, ideal = [50, 5], stepMs = 60_000) => {
  const apply = createSignal(rows, faults, createRandom("x"), "x");
  const values = new Float64Array(2);
  const out: number[][] = [];
  for (let at = 0; at < hours * HOUR; at += stepMs) {
    values.set(ideal);
    apply(values, at, stepMs);
    out.push([...values]);
  }
  return out;
};

test("noise has the sensor's deviation, values its resolution, and none below a span that begins at nothing", () => {
  const t = run([], 100).map((v) => v[0]!);
  const mean = t.reduce((a, b) => a + b) / t.length;
  const sd = Math.sqrt(t.reduce((a, b) => a + (b - mean) ** 2, 0) / t.length);
  expect(mean).toBeCloseTo(50, 1);
  expect(sd).toBeGreaterThan(0.46);
  expect(sd).toBeLessThan(0.54);
  for (const value of t) expect(Math.abs(value * 10 - Math.round(value * 10))).toBeLessThan(1e-9);
  expect(Math.min(...run([], 10, [0, 0]).map((v) => v[0]!))).toBeGreaterThanOrEqual(0);
});

test("X1 freezes, X2 drifts, X4 leaves the span, each on its own tag and in its time", () => {
  const stuck = run([{ kind: "stuck", tag: "t", fromMs: HOUR, untilMs: 2 * HOUR }], 3).map((v) => v[0]!);
  expect(new Set(stuck.slice(60, 120)).size).toBe(1);
  expect(new Set(stuck.slice(0, 60)).size).toBeGreaterThan(5);
  expect(new Set(stuck.slice(120)).size).toBeGreaterThan(5);
  const drift = run([{ kind: "drift", tag: "p", fromMs: 12 * HOUR, perDay: 1 }], 36).map((v) => v[1]!);
  expect(drift[12 * 60 - 1]).toBe(5);
  expect(drift.at(-1)!).toBeCloseTo(6, 2);
  const open = run([{ kind: "open-circuit", tag: "p", fromMs: HOUR, side: "below" }], 2);
  expect(open.at(-1)![1]!).toBeLessThan(-1);
  expect(open[0]![1]!).toBe(5);
});

test("X3: six single samples an hour beyond the span, over the tags in turn, never two in a row on one", () => {
  const out = run([{ kind: "spikes", tags: ["t", "p"], fromMs: 0, perHour: 6 }], 48);
  const spikes = out.map((v) => [v[0]! > 100, v[1]! > 10]);
  const count = (at: 0 | 1) => spikes.filter((s) => s[at]).length;
  expect(Math.abs(count(0) + count(1) - 48 * 6)).toBeLessThanOrEqual(1);
  expect(Math.abs(count(0) - 48 * 3)).toBeLessThanOrEqual(1);
  for (const at of [0, 1] as const) expect(spikes.some((s, i) => s[at] && spikes[i + 1]?.[at])).toBe(false);
});

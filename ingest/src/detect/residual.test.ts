import fc from "fast-check";
import { expect, test } from "vitest";
import { tag } from "../testing/plant.ts";
import { learnBaseline } from "./baseline.ts";
import { runDetector } from "./detector.contract.ts";
import { RESIDUAL_DEFAULTS, residualDetector } from "./residual.ts";

/** Deterministic normal noise by Box-Muller. */
function noise(seed: number): () => number {
  let state = seed + 1;
  const uniform = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
const detector = residualDetector(tag("p"))!;
const raisedAt = (values: number[]) =>
  runDetector(
    detector,
    values.map((value) => ({ dtMs: 10_000, value, judged: true })),
  ).findIndex((s) => s?.kind === "raised");

test("stationary noise of any level and size never alarms", () => {
  fc.assert(
    fc.property(
      fc.nat(1_000_000),
      fc.double({ min: 0, max: 100, noNaN: true }),
      fc.double({ min: 1e-6, max: 20, noNaN: true }),
      (seed, level, sd) => {
        const next = noise(seed);
        expect(raisedAt(Array.from({ length: 3_000 }, () => level + sd * next()))).toBe(-1);
      },
    ),
    { numRuns: 60 },
  );
});

test("a lasting shift of six deviations is found within a minute of samples, of three never", () => {
  const next = noise(5);
  const before = Array.from({ length: 500 }, () => 50 + next());
  const found = raisedAt([...before, ...Array.from({ length: 100 }, () => 56 + next())]);
  expect(found).toBeGreaterThan(500);
  expect(found).toBeLessThan(540);
  expect(raisedAt([...before, ...Array.from({ length: 500 }, () => 53 + next())])).toBe(-1);
});

test("one outlier, however far out, does not alarm", () => {
  const next = noise(9);
  const values = Array.from({ length: 600 }, () => 50 + next());
  values[450] = 1e9;
  expect(raisedAt(values)).toBe(-1);
});

test("a perfectly quiet baseline does not alarm on a tick of the last digit", () => {
  const fine = residualDetector(tag("p", { resolution: 0.1 }))!;
  const values = [...Array.from({ length: 400 }, () => 20), ...Array.from({ length: 400 }, () => 20.1)];
  expect(
    runDetector(
      fine,
      values.map((value) => ({ dtMs: 10_000, value, judged: true })),
    ).every((s) => s === null),
  ).toBe(true);
});

test("the baseline is not moved by a fifth of bad values, and widens when the level wanders", () => {
  const plain = learnBaseline(
    Array.from({ length: 300 }, (_, i) => (i % 5 === 0 ? 90 : 20 + (i % 3))),
    tag("p"),
  );
  expect(plain.center).toBeCloseTo(21, 0);
  expect(plain.deviation).toBeLessThan(3);
  const warming = learnBaseline(
    Array.from({ length: 300 }, (_, i) => 20 + i / 30),
    tag("p"),
  );
  expect(warming.deviation).toBeGreaterThan(3);
  expect(RESIDUAL_DEFAULTS.calibrationSamples).toBe(300);
});

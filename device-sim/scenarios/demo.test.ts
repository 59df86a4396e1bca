import { expect, test } from "vitest";
import { MODELS } from "../src/catalog/models.ts";
import { createFleet, type MachineSim } from "../src/fleet.ts";
import { demo } from "./demo.ts";

/**
 * The demo plant against its own expectations: every machine through 30 days at one reading a minute, with noise,
 * judged by a plain reading of its limits (running, settled, beyond for longer than the on-delay).
 */
const DAY = 86_400_000;
const MINUTE = 60_000;
const t0 = Date.UTC(2026, 5, 17, 9, 0);

type Crossing = { alarmType: string; atMs: number };

function crossings(sim: MachineSim, at0: number, fromMs: number, toMs: number, stepMs: number): Crossing[] {
  const { catalog, rows } = MODELS[sim.plan.model];
  const running = catalog.running!;
  const rules = running.all.map(({ tag, above }) => ({
    at: rows.findIndex((row) => row.tag.key === tag),
    above,
  }));
  // One watch per limit side: since when its tag is beyond, and when it was so for the on-delay.
  const watches = rows.flatMap(({ tag }, at) => {
    const { limits, span, judgeAlways = false } = tag;
    if (!limits) return [];
    const delay = limits.onDelayMs ?? 0;
    const side = (name: string, from: number, to: number, delayMs: number) => ({
      at,
      alarmType: `${tag.key}:${name}`,
      from,
      to,
      delayMs,
      judgeAlways,
      since: Number.NaN,
      found: Number.NaN,
    });
    // Beyond the span is a bad sample, no measurement.
    return [
      ...(limits.low === undefined ? [] : [side("low", span.low, limits.low, limits.lowOnDelayMs ?? delay)]),
      ...(limits.high === undefined ? [] : [side("high", limits.high, span.high, delay)]),
    ];
  });
  let runningSince = Number.NaN;
  for (let at = fromMs; at < toMs; at += stepMs) {
    sim.advance(at0 + at);
    let runs = true;
    for (const rule of rules) runs &&= sim.values[rule.at]! > rule.above;
    if (!runs) runningSince = Number.NaN;
    else if (Number.isNaN(runningSince)) runningSince = at;
    const settled = runs && at - runningSince >= running.settleMs;
    for (const watch of watches) {
      const value = sim.values[watch.at]!;
      if (!(value > watch.from && value < watch.to) || !(settled || watch.judgeAlways))
        watch.since = Number.NaN;
      else if (Number.isNaN(watch.since)) watch.since = at;
      if (at - watch.since >= watch.delayMs && Number.isNaN(watch.found)) watch.found = at;
    }
  }
  return watches
    .filter((w) => !Number.isNaN(w.found))
    .map((w) => ({ alarmType: w.alarmType, atMs: w.found }));
}

const fleet = createFleet(demo, { t0 });
const found = new Map(fleet.map((sim) => [sim.plan.serial, crossings(sim, t0, -demo.historyMs, 0, MINUTE)]));

const tickets = demo.expectations.filter(
  (e) => "asset" in e && !("none" in e) && e.needs === undefined && e.toMs <= 0,
);
test.each(tickets.map((e) => [e.story, e] as const))(
  "%s: its limit is crossed when the story says",
  (_story, expected) => {
    if (!("asset" in expected) || "none" in expected) throw new Error("a ticket of a machine");
    const crossing = found.get(expected.asset)!.find((c) => c.alarmType === expected.alarmType);
    expect(crossing, JSON.stringify(found.get(expected.asset))).toBeDefined();
    expect(crossing!.atMs / DAY).toBeGreaterThanOrEqual(expected.fromMs / DAY);
    expect(crossing!.atMs / DAY).toBeLessThanOrEqual(expected.toMs / DAY);
  },
);

test("no machine crosses a limit that belongs to no story", () => {
  for (const sim of fleet) {
    const stories = demo.expectations.filter((e) => "asset" in e && e.asset === sim.plan.serial);
    expect(stories.length, sim.plan.serial).toBeGreaterThan(0);
    const expected = new Set<string>();
    for (const story of stories) {
      if ("none" in story) continue;
      expected.add(story.alarmType);
      const mode = MODELS[sim.plan.model].catalog.failureModes!.find(
        (m) => m.symptoms[0] === story.alarmType,
      );
      for (const symptom of mode?.symptoms ?? []) expected.add(symptom);
    }
    const stray = found.get(sim.plan.serial)!.filter((c) => !expected.has(c.alarmType));
    expect(stray.map((c) => `${sim.plan.serial} ${c.alarmType} at ${(c.atMs / DAY).toFixed(2)} d`)).toEqual(
      [],
    );
  }
});

test("D2: the strainer of the live story falls below its limit about T0+13 min, and recovers when cleaned", () => {
  const sim = createFleet(demo, { t0 }).find((s) => s.plan.serial === "CP75-22-0104")!;
  const [first] = crossings(sim, t0, -10 * MINUTE, 20 * MINUTE, 10_000);
  expect(first?.alarmType).toBe("p_suction:low");
  expect(first!.atMs / MINUTE).toBeGreaterThan(11.5);
  expect(first!.atMs / MINUTE).toBeLessThan(14);
  sim.advance(t0 + 26 * MINUTE);
  expect(sim.values[2]).toBeGreaterThan(0.25);
});

test("D13: the turbine trips itself and runs again nine hours later", () => {
  const sim = createFleet(demo, { t0 }).find((s) => s.plan.serial === "GT5-19-0002")!;
  const code = sim.rows.findIndex((row) => row.tag.key === "trip_code");
  let tripped = 0;
  for (let at = -2 * DAY; at < 0; at += MINUTE) {
    sim.advance(t0 + at);
    if (sim.values[code] === 4) tripped++;
  }
  expect(tripped / 60).toBeGreaterThan(8.5);
  expect(tripped / 60).toBeLessThan(9.5);
  expect(sim.values[1]).toBeGreaterThan(2500);
});

test("same seed and T0: same values; another seed: other noise", () => {
  const line = (seed: string) => {
    const [sim] = createFleet({ ...demo, seed }, { t0 });
    const all: number[] = [];
    for (let at = 0; at < 100; at++) {
      sim!.advance(t0 + at * MINUTE);
      all.push(...sim!.values);
    }
    return all;
  };
  expect(line("a")).toEqual(line("a"));
  expect(line("a")).not.toEqual(line("b"));
});

test("accounts, sites and gateways named by machines exist", () => {
  const sites = new Set(demo.sites.map((s) => s.key));
  const customers = new Set(demo.customers.map((c) => c.key));
  for (const asset of demo.assets) {
    expect(sites.has(asset.site)).toBe(true);
    if (asset.gateway) expect(demo.gateways.some((g) => g.name === asset.gateway)).toBe(true);
  }
  for (const e of demo.expectations) if ("customer" in e) expect(customers.has(e.customer)).toBe(true);
  expect(demo.assets.filter((a) => a.model === "CP75")).toHaveLength(12);
  expect(demo.assets.filter((a) => a.model === "SC160")).toHaveLength(8);
  expect(demo.assets.filter((a) => a.model === "GT5")).toHaveLength(4);
});

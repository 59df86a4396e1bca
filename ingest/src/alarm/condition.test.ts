import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pauseCondition, startCondition, stepCondition, type Transition } from "./condition.ts";

const NOW = { on1Ms: 0, on2Ms: 0, offMs: 0 };
/** Limit 50, high-high 60, deadband 1. */
const reachOf = (v: number) => (v > 60 ? 2 : v > 50 ? 1 : 0);
const holdOf = (v: number) => (v > 59 ? 2 : v > 49 ? 1 : 0);

test("limit 50 bar, deadband 1: the condition ends only below the deadband", () => {
  const state = startCondition();
  const table: [number, number][] = [
    [49.9, 0],
    [50.1, 1],
    [49.5, 1],
    [48.9, 0],
    [49.9, 0],
    [60.5, 2],
    [59.5, 2],
    [58.9, 1],
  ];
  for (const [i, [value, level]] of table.entries()) {
    stepCondition(state, NOW, i * 1000, reachOf(value), holdOf(value));
    expect([value, state.level]).toEqual([value, level]);
  }
});

/** [seconds, value] → transitions with their seconds. */
function run(times: { on1Ms: number; on2Ms: number; offMs: number }, samples: [number, number | "pause"][]) {
  const state = startCondition();
  const seen: string[] = [];
  for (const [s, value] of samples) {
    if (value === "pause") pauseCondition(state);
    else {
      const t = stepCondition(state, times, s * 1000, reachOf(value), holdOf(value));
      if (t) seen.push(`${s} ${t} ${state.level} since ${state.onset / 1000}`);
    }
  }
  return seen;
}

describe("delays in event time", () => {
  const times = { on1Ms: 60_000, on2Ms: 20_000, offMs: 180_000 };
  test("on-delay, then off-delay; onset is the first sample beyond", () => {
    const up = Array.from({ length: 8 }, (_, i) => [10 + i * 10, 55] as [number, number]);
    const down = Array.from({ length: 20 }, (_, i) => [90 + i * 10, 40] as [number, number]);
    expect(run(times, [[0, 40], ...up, ...down])).toEqual(["70 raised 1 since 10", "270 cleared 0 since 10"]);
  });
  test("one sample back inside starts the on-delay again", () => {
    expect(
      run(times, [
        [0, 55],
        [30, 55],
        [50, 49.9],
        [60, 55],
        [110, 55],
        [120, 55],
      ]),
    ).toEqual(["120 raised 1 since 60"]);
  });
  test("high-high is raised at once after its third, and eases to high", () => {
    expect(
      run(times, [
        [0, 65],
        [20, 65],
        [30, 55],
        [210, 55],
        [220, 40],
        [400, 40],
      ]),
    ).toEqual(["20 raised 2 since 0", "210 eased 1 since 0", "400 cleared 0 since 0"]);
  });
  test("timers wait while the machine stands", () => {
    expect(
      run(times, [
        [0, 55],
        [30, 55],
        [40, "pause"],
        [4000, 55],
        [4020, 55],
        [4030, 55],
      ]),
    ).toEqual(["4030 raised 1 since 0"]);
  });
});

test("no sequence leaves the known states or announces a change that is none", () => {
  const sample = fc.tuple(
    fc.integer({ min: 0, max: 200 }),
    fc.integer({ min: 0, max: 2 }),
    fc.integer({ min: 0, max: 2 }),
    fc.boolean(),
  );
  fc.assert(
    fc.property(fc.array(sample, { maxLength: 200 }), fc.nat(300), fc.nat(300), (samples, onMs, offMs) => {
      const state = startCondition();
      let at = 0;
      let level = 0;
      for (const [dt, reach, extra, pause] of samples) {
        at += dt;
        if (pause) pauseCondition(state);
        const t: Transition | null = stepCondition(
          state,
          { on1Ms: onMs, on2Ms: onMs / 3, offMs },
          at,
          reach,
          Math.max(reach, extra),
        );
        const expected = {
          raised: level === 0,
          escalated: level === 1,
          eased: level === 2,
          cleared: level > 0,
        };
        if (t) expect(expected[t]).toBe(true);
        else expect(state.level).toBe(level);
        if (t === "cleared") expect(state.level).toBe(0);
        if (t === "escalated") expect(state.level).toBe(2);
        if (t === "eased") expect(state.level).toBe(1);
        if (state.level > 0) expect(state.onset).toBeLessThanOrEqual(at);
        level = state.level;
      }
    }),
  );
});

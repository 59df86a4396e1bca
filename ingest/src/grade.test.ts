import { GRADES } from "@millwright/shared/domain/quality";
import { describe, expect, test } from "vitest";
import { gradeRate, gradeSpan, gradeTime, type SpikeMemory } from "./grade.ts";
import { startSkew, stepSkew } from "./skew.ts";
import { tag } from "./testing/plant.ts";

const NOW = 1_790_000_000_000;
const MIN = 60_000;

test.each([
  [NOW, "good"],
  [NOW - 30 * 86_400_000, "good"],
  [NOW + 5 * MIN, "good"],
  [NOW + 5 * MIN + 1, "clock-ahead"],
  [NOW + 86_400_000, "clock-ahead"],
  [NOW + 86_400_001, "clock-implausible"],
  [946_684_799_999, "clock-implausible"],
  [NOW / 1000, "clock-implausible"],
] as const)("a device time of %d is %s", (ts, grade) => {
  expect(gradeTime(ts, NOW)).toBe(GRADES[grade]);
});

test.each([
  [-0.1, "below-span"],
  [0, "good"],
  [100, "good"],
  [100.1, "above-span"],
] as const)("%d of 0..100 is %s", (value, grade) => expect(gradeSpan(tag("p"), value)).toBe(GRADES[grade]));

describe("spike: faster than the tag can be", () => {
  const run = (values: number[]) => {
    const memory: SpikeMemory = { goodAt: 0, good: 0, oddAt: 0, odd: 0 };
    return values.map(
      (v, i) => gradeRate(memory, tag("p", { maxRatePerS: 1 }), NOW + i * 10_000, v) === GRADES.spike,
    );
  };
  test("one sample out and back is one spike", () =>
    expect(run([20, 21, 60, 22, 23])).toEqual([false, false, true, false, false]));
  test("a real step is doubted once and then accepted", () =>
    expect(run([20, 21, 60, 61, 62])).toEqual([false, false, true, false, false]));
  test("noise between extremes is never accepted as a level", () =>
    expect(run([20, 60, 90, 60, 90])).toEqual([false, true, true, true, true]));
  test("the first sample has nothing to be compared with", () => expect(run([90])).toEqual([false]));
});

describe("clock skew", () => {
  const run = (stamps: [ts: number, receivedAt: number][]) => {
    const state = startSkew();
    for (const [ts, receivedAt] of stamps) stepSkew(state, ts, receivedAt);
    return state.ms;
  };
  const every10s = (skew: (i: number) => number): [number, number][] =>
    Array.from({ length: 100 }, (_, i) => [NOW + i * 10_000 + skew(i), NOW + i * 10_000]);
  test("is unknown at first", () => expect(run(every10s(() => 0).slice(0, 3))).toBeNull());
  test("is what live messages say", () => expect(run(every10s(() => -7 * MIN))).toBe(-7 * MIN));
  test("follows a clock that is set", () => expect(run(every10s((i) => (i < 50 ? 7 * MIN : 0)))).toBe(0));
  test("is not taken from a backlog sent at 20 times the speed", () =>
    expect(
      run(Array.from({ length: 200 }, (_, i) => [NOW - 3_600_000 + i * 10_000, NOW + i * 500])),
    ).toBeNull());
  test("smooths jitter", () =>
    expect(Math.abs(run(every10s((i) => (i % 2 ? 900 : -900)))!)).toBeLessThan(900));
});

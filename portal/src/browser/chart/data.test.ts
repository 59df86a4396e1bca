import { describe, expect, test } from "vitest";
import { append, columns, gapMs, type Point, yRange } from "./data.ts";
import { timeTicks } from "./ticks.ts";

const point = (time: number, mean: number, count = 1): Point => ({
  time,
  min: mean - 1,
  max: mean + 1,
  mean,
  last: mean,
  count,
});

describe("gaps", () => {
  test("silence longer than the tag's interval breaks the line, one lost message does not", () => {
    const gap = gapMs(10_000, 10_000);
    const [, mean] = columns([point(0, 1), point(20_000, 2), point(120_000, 3)], 10_000, gap);
    expect(mean).toEqual([1, 2, null, 3]);
  });
  test("a tag that sends on change has no gaps", () => {
    const [, mean] = columns([point(0, 1), point(9_000_000, 2)], 10_000, gapMs(10_000, null));
    expect(mean).toEqual([1, 2]);
  });
  test("x always rises, as the plot needs", () => {
    const [x] = columns([point(0, 1, 5), point(1000, 2), point(900_000, 3)], 4000, 10_000);
    for (let i = 1; i < x.length; i++) expect(x[i]!).toBeGreaterThan(x[i - 1]!);
  });
});

describe("live samples", () => {
  test("join the newest bucket and keep its mean", () => {
    const points = [point(0, 10, 2)];
    append(points, { time: 500, value: 16 }, 0, 1000);
    expect(points).toEqual([{ time: 0, min: 9, max: 16, mean: 12, last: 16, count: 3 }]);
  });
  test("begin a bucket after it, and what left the window goes", () => {
    const points = [point(0, 10)];
    append(points, { time: 5000, value: 3 }, 1000, 1000);
    expect(points.map((p) => p.time)).toEqual([5000]);
  });
  test("a late sample changes nothing", () => {
    const points = [point(5000, 10)];
    append(points, { time: 4000, value: 99 }, 0, 1000);
    expect(points).toEqual([point(5000, 10)]);
  });
});

describe("y axis", () => {
  test("warning limits are always inside, far trips are not", () => {
    const [low, high] = yRange([point(0, 50)], { low: 40, high: 60, highHigh: 62, lowLow: -500 });
    expect(low).toBeLessThan(40);
    expect(low).toBeGreaterThan(0);
    expect(high).toBeGreaterThan(62);
  });
  test("a rate that reaches zero keeps zero as its floor", () => {
    expect(yRange([{ time: 0, min: 0, max: 10, mean: 5, last: 5, count: 2 }], null)[0]).toBe(0);
  });
  test("a constant line has room on both sides", () => {
    const [low, high] = yRange([{ time: 0, min: 7, max: 7, mean: 7, last: 7, count: 1 }], null);
    expect(low).toBeLessThan(7);
    expect(high).toBeGreaterThan(7);
  });
});

test("ticks fall on round times of the reader's zone", () => {
  const from = Date.UTC(2026, 5, 1, 3, 10);
  const ticks = timeTicks(from, from + 86_400_000, 600, "Asia/Kolkata");
  expect(ticks.map((tick) => tick.label)).toContain("12:00");
  for (const tick of ticks) expect((tick.at + 5.5 * 3_600_000) % 3_600_000).toBe(0);
});

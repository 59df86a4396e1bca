import { describe, expect, test } from "vitest";
import { append, bucketsOf, columns, gapMs, type Point, yRange } from "./data.ts";
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
    const [, mean] = columns([point(0, 1), point(20_000, 2), point(330_000, 3)], 10_000, gap);
    expect(mean).toEqual([1, 2, null, 3]);
  });
  test("minute samples in 43 s buckets are one line, not dashes", () => {
    const minutes = Array.from({ length: 60 }, (_, i) =>
      point(Math.floor((i * 60_000) / 43_000) * 43_000, i),
    );
    const [, mean] = columns(minutes, 43_000, gapMs(43_000, 60_000));
    expect(mean).not.toContain(null);
  });
  test.each([
    [1000, 10_000, 300_000],
    [43_000, 60_000, 300_000],
    [43_000, 600_000, 1_800_000],
    [3_600_000, 60_000, 10_800_000],
  ])("buckets of %d ms, a sample every %d ms: a gap beyond %d ms", (bucketMs, intervalMs, gap) => {
    expect(gapMs(bucketMs, intervalMs)).toBe(gap);
  });
  test("a tag that sends on change has no gaps", () => {
    const [, mean] = columns([point(0, 1), point(9_000_000, 2)], 10_000, gapMs(10_000, null));
    expect(mean).toEqual([1, 2]);
  });
  test("the newest bucket is not drawn in the future", () => {
    const [x] = columns([point(0, 1, 5), point(60_000, 2, 5)], 60_000, 300_000, 70_000);
    expect(x).toEqual([30, 70]);
  });
  test("x always rises, as the plot needs", () => {
    const [x] = columns([point(0, 1, 5), point(1000, 2), point(900_000, 3)], 4000, 10_000);
    for (let i = 1; i < x.length; i++) expect(x[i]!).toBeGreaterThan(x[i - 1]!);
  });
});

describe("what a chart asks for", () => {
  const from = Date.UTC(2026, 10, 19, 13, 47, 11, 250);
  test.each([
    [3_600_000, 10_000],
    [4 * 3_600_000, 60_000],
    [86_400_000, 240_000],
    [7 * 86_400_000, 1_800_000],
    [30 * 86_400_000, 7_200_000],
    [400 * 86_400_000, 172_800_000],
  ])("%d ms in buckets of %d ms whose edges are round", (span, widthMs) => {
    const asked = bucketsOf(from, from + span, 400);
    expect(asked.widthMs).toBe(widthMs);
    expect([asked.from % widthMs, asked.to % widthMs]).toEqual([0, 0]);
    expect(asked.from).toBeLessThanOrEqual(from);
    expect(asked.to).toBeGreaterThanOrEqual(from + span);
    expect(asked.to - asked.from).toBe(asked.buckets * widthMs);
    expect(asked.buckets).toBeLessThanOrEqual(400);
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
    const [low, high] = yRange([
      { points: [point(0, 50)], limits: { low: 40, high: 60, highHigh: 62, lowLow: -500 } },
    ]);
    expect(low).toBeLessThan(40);
    expect(low).toBeGreaterThan(0);
    expect(high).toBeGreaterThan(62);
  });
  test("a rate that reaches zero keeps zero as its floor", () => {
    const points = [{ time: 0, min: 0, max: 10, mean: 5, last: 5, count: 2 }];
    expect(yRange([{ points, limits: null }])[0]).toBe(0);
  });
  test("a constant line has room on both sides", () => {
    const points = [{ time: 0, min: 7, max: 7, mean: 7, last: 7, count: 1 }];
    const [low, high] = yRange([{ points, limits: null }]);
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

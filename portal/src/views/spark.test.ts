import { expect, test } from "vitest";
import { sparkPath, sparkWords } from "./spark.tsx";

const HALF_HOUR = 1_800_000;
const line = (means: (number | null)[]) =>
  means.flatMap((mean, i) => (mean === null ? [] : [{ time: i * HALF_HOUR, mean }]));
const day = 48 * HALF_HOUR;

test("a silence is a gap in the line, one late message is not", () => {
  const pieces = (means: (number | null)[]) => sparkPath(line(means), 0, day).match(/M/g)?.length;
  expect(pieces([1, 2, 3, 4])).toBe(1);
  expect(pieces([1, 2, null, null, 3])).toBe(2);
});

test("a value that hardly moves is drawn flat, one that reaches zero from zero", () => {
  const heights = (means: number[]) =>
    [...sparkPath(line(means), 0, day).matchAll(/[ML][\d.]+ ([\d.]+)/g)].map((found) => Number(found[1]));
  const [a, b] = heights([99.9, 100]) as [number, number];
  expect(Math.abs(a - b)).toBeLessThan(1);
  expect(heights([0, 10])).toEqual([18.5, 1.5]);
});

test("the line has its words", () => {
  const spark = { assetId: "a", tag: "i", name: "motor current", unit: "A", limits: null };
  expect(sparkWords({ ...spark, points: line([98.4, 120.6, 116.2]) }).replaceAll("\u00a0", " ")).toBe(
    "Motor current, 24 h: 98.4 to 121 A, last 116 A",
  );
});

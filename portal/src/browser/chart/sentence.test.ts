import { expect, test } from "vitest";
import type { Line, Point } from "./data.ts";
import { chartSentence, limitsPassed, pinDifference, trendOf } from "./sentence.ts";

const point = (time: number, mean: number, spread = 0): Point => ({
  time,
  min: mean - spread,
  max: mean + spread,
  mean,
  last: mean,
  count: 6,
});
const line: Line = {
  key: "t",
  name: "Temperature",
  decimals: 1,
  limits: { high: 105, highHigh: 112, low: 10 },
  intervalMs: 1000,
};
const ramp = (from: number, to: number) =>
  Array.from({ length: 20 }, (_, i) => point(i, from + ((to - from) * i) / 19));

test.each([
  [ramp(10, 20), "rising"],
  [ramp(20, 10), "falling"],
  [ramp(10, 10), "steady"],
  [[point(0, 1)], "steady"],
  [[...ramp(10, 20), ...ramp(20, 10)], "steady"],
])("trend %#", (points, trend) => {
  expect(trendOf(points)).toBe(trend);
});

test("a spike within a bucket passes the limit, though the mean does not", () => {
  expect(limitsPassed([point(0, 100, 6)], line.limits)).toEqual(["high"]);
  expect(limitsPassed([point(0, 100, 13), point(1, 5)], line.limits)).toEqual(["high-high", "low"]);
});

test("the label says what, from, to, least, most, trend and limits", () => {
  const panes = [{ unit: "°C", lines: [line] }];
  expect(chartSentence(panes, new Map([["t", ramp(90, 106)]]), "13:00 to 14:00")).toMatch(
    /^13:00 to 14:00\. Temperature: 90\.0 to 106\.0 °C, rising, passed its high limit\./,
  );
  expect(chartSentence(panes, new Map(), "13:00 to 14:00")).toContain("Temperature: no data.");
});

test("two pins show the difference with its sign, or none where one lies in a gap", () => {
  const points = [point(0, 84.2), point(60_000, 91)];
  expect(pinDifference(line, "°C", points, [0, 60_000], 1000)).toBe("+6.8\u00a0°C");
  expect(pinDifference(line, "°C", points, [60_000, 0], 1000)).toBe("−6.8\u00a0°C");
  expect(pinDifference(line, "°C", points, [0, 500_000], 1000)).toBeNull();
});

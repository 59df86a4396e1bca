import { describe, expect, test } from "vitest";
import { tag } from "../testing/plant.ts";
import { detectorsFor } from "./catalog.ts";
import { detectorRules, runDetector, type Sample } from "./detector.contract.ts";
import type { Detector } from "./detector.ts";
import { flatLineDetector } from "./flat-line.ts";
import { limitDetectors } from "./limit.ts";
import { rateDetector } from "./rate.ts";
import { residualDetector } from "./residual.ts";

const every = (dtMs: number, values: readonly number[], judged = true): Sample[] =>
  values.map((value) => ({ dtMs, value, judged }));
const times = (n: number, value: number): number[] => Array.from({ length: n }, () => value);
const announced = (detector: Detector, list: Sample[]) =>
  runDetector(detector, list).flatMap((step, i) =>
    step ? [`${i} ${step.kind} ${step.level ?? ""}`.trim()] : [],
  );

const limits = { lowLow: 5, low: 10, high: 80, highHigh: 95, deadband: 2, onDelayMs: 15_000 };
const subjects: [string, Detector][] = [
  ["limit high", limitDetectors(tag("p", { limits }))[0]!],
  ["limit low", limitDetectors(tag("p", { limits }))[1]!],
  ["limit high without on-delay", limitDetectors(tag("p", { limits: { high: 80 } }))[0]!],
  ["limit high-high alone", limitDetectors(tag("p", { limits: { highHigh: 95 } }))[0]!],
  ["rate", rateDetector(tag("p", { rateAlarmPerS: 1 }))!],
  ["flat-line", flatLineDetector(tag("p", { resolution: 0.5 }))!],
  ["flat-line without resolution", flatLineDetector(tag("p"))!],
  [
    "residual",
    residualDetector(tag("p", { residual: { calibrationSamples: 20, holdSamples: 2, weight: 0.3 } }))!,
  ],
];

describe.each(subjects)("%s", (_, detector) => {
  test.each(detectorRules.map((r) => [r.rule, r] as const))("%s", (_rule, { holds }) => holds(detector));
});

describe("limits", () => {
  const [high, low] = limitDetectors(tag("p", { limits }));
  test("on-delay, a third of it for high-high, three times for clearing, deadband of the tag", () => {
    expect(announced(high!, every(10_000, [50, 85, 85, 85, 79, 77, 77, 77, 77, 77, 77]))).toEqual([
      "3 raised high",
      "10 cleared high",
    ]);
    expect(announced(high!, every(10_000, [50, 99, 99, 50]))).toEqual(["2 raised highHigh"]);
  });
  test("the low side is the high side upside down", () => {
    expect(announced(low!, every(10_000, [50, 8, 8, 8, 3, 3]))).toEqual([
      "3 raised low",
      "5 escalated lowLow",
    ]);
  });
  test("a low side may be slower than the high side", () => {
    const slow = limitDetectors(
      tag("p", { limits: { low: 10, high: 80, onDelayMs: 10_000, lowOnDelayMs: 30_000 } }),
    );
    expect(announced(slow[0]!, every(10_000, times(5, 90)))).toEqual(["1 raised high"]);
    expect(announced(slow[1]!, every(10_000, times(5, 5)))).toEqual(["3 raised low"]);
  });
  test("without a deadband, one percent of span", () => {
    const [plain] = limitDetectors(tag("p", { limits: { high: 80 } }));
    expect(announced(plain!, every(10_000, [80, 80.1, 79.1, 78.9]))).toEqual([
      "1 raised high",
      "3 cleared high",
    ]);
  });
  test("says what a person needs", () => {
    const step = runDetector(high!, every(10_000, times(4, 85))).find((s) => s !== null);
    expect(step).toMatchObject({
      alarmType: "p:high",
      value: 85,
      limit: 80,
      unit: "bar",
      summary: "p, high: 85 bar, limit 80",
    });
  });
});

describe("flat line", () => {
  const noisy = (n: number) => Array.from({ length: n }, (_, i) => 20 + (i % 2));
  test("20 samples and 20 intervals of the same value, then three real changes", () => {
    const detector = flatLineDetector(tag("p", { resolution: 0.1 }))!;
    expect(
      announced(
        detector,
        every(10_000, [...noisy(10), ...times(30, 20.4), 20.5, ...times(3, 20.5), 20.6, 20.7]),
      ),
    ).toEqual(["30 raised", "45 cleared"]);
  });
  test("a fast sender is not frozen before 20 expected intervals have passed", () => {
    const detector = flatLineDetector(tag("p", { resolution: 0.1 }))!;
    expect(announced(detector, every(1_000, times(199, 20)))).toEqual([]);
    expect(announced(detector, every(1_000, times(202, 20)))).toEqual(["200 raised"]);
  });
  test("standing still while the machine stands proves nothing", () => {
    const detector = flatLineDetector(tag("p", { resolution: 0.1 }))!;
    expect(announced(detector, every(10_000, times(100, 20), false))).toEqual([]);
  });
  test("without a resolution it takes 40", () => {
    expect(announced(flatLineDetector(tag("p"))!, every(10_000, times(60, 20)))).toEqual(["40 raised"]);
  });
});

test("rate: a ramp is found in either direction, noise of the same step size is not", () => {
  const detector = rateDetector(tag("p", { rateAlarmPerS: 0.5 }))!;
  const ramp = Array.from({ length: 8 }, (_, i) => 20 + 8 * i);
  expect(announced(detector, every(10_000, [...times(10, 20), ...ramp, ...times(30, 76)]))).toEqual([
    "14 raised",
    "30 cleared",
  ]);
  expect(announced(detector, every(10_000, [...times(10, 80), ...ramp.map((v) => 96 - v)]))[0]).toMatch(
    /raised/,
  );
  expect(
    announced(
      detector,
      every(
        10_000,
        Array.from({ length: 60 }, (_, i) => 50 + (i % 2 ? 8 : 0)),
      ),
    ),
  ).toEqual([]);
});

test("which methods judge a tag: residual by default only without limits", () => {
  const names = (more: Parameters<typeof tag>[1]) => detectorsFor(tag("p", more)).map((d) => d.name);
  expect(names({})).toEqual(["flat-line", "residual"]);
  expect(names({ limits: { high: 5 } })).toEqual(["limit", "flat-line"]);
  expect(names({ limits: { high: 5 }, residual: {} })).toEqual(["limit", "flat-line", "residual"]);
  expect(names({ residual: false, flatLine: false, rateAlarmPerS: 1 })).toEqual(["rate"]);
});

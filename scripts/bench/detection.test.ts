import { describe, expect, test } from "vitest";
import { NOVEL_AT } from "../../ingest/src/novelty/novelty.ts";
import { nabSeries, scoreSeries } from "./detection-nab.ts";
import { averageHeldOut, PROFILES, scoreAt } from "./detection-nab-score.ts";
import { skabFigures } from "./detection-skab.ts";

/** Bounds lie a little under what was measured, so that a change for the worse is seen. */
const series = nabSeries();
const skab = skabFigures();
if (!series || !skab) {
  const reason = "no NAB or SKAB recordings in ../shared/data (MILLWRIGHT_DATA)";
  if (process.env.CI) throw new Error(reason);
  process.stdout.write(`detection figures skipped: ${reason}\n`);
}

describe("the scorer of NAB", () => {
  const windows = [[60, 79]] as const;
  const alarmAt = (...rows: number[]) => {
    const scores = new Array<number>(100).fill(0);
    for (const row of rows) scores[row] = 1;
    return scoreAt([{ scores, windows }], 0.5, PROFILES.standard);
  };
  test("no alarm is 0, one at the beginning of the window 100, one in probation nothing", () => {
    expect(alarmAt()).toBe(0);
    expect(alarmAt(60)).toBeCloseTo(100, 9);
    expect(alarmAt(14, 60)).toBeCloseTo(100, 9);
  });
  test("later is worth less, a second alarm in the window nothing, one outside costs", () => {
    expect(alarmAt(75)).toBeLessThan(alarmAt(65));
    expect(alarmAt(60, 70)).toBe(alarmAt(60));
    expect(alarmAt(30, 60)).toBeCloseTo(100 - 5.5, 9);
    expect(alarmAt(60, 81)).toBeGreaterThan(alarmAt(60, 99));
  });
});

test.skipIf(!series)("NAB half: standard profile at the product's threshold, and held out", () => {
  const scored = series!.map(scoreSeries);
  expect(scoreAt(scored, NOVEL_AT, PROFILES.standard)).toBeGreaterThan(75);
  expect(averageHeldOut(scored, PROFILES.standard)).toBeGreaterThan(70);
});

test.skipIf(!skab)("SKAB half: F1, false and missed alarms together", () => {
  expect(skab!.f1).toBeGreaterThan(0.83);
  expect(skab!.falseAlarms).toBeLessThan(21.5);
  expect(skab!.missed).toBeLessThan(16);
});

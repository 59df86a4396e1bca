import { describe, expect, test } from "vitest";
import type { Point } from "./data.ts";
import { type Alarm, alarmBars, groupWord, type Mark, markGroups } from "./marks.ts";
import { modeRuns, silences } from "./modes.ts";

const point = (time: number, mean: number): Point => ({
  time,
  min: mean,
  max: mean,
  mean,
  last: mean,
  count: 6,
});
const MINUTE = 60_000;
const hour = { from: 0, to: 60 * MINUTE };

describe("operating mode", () => {
  const rule = [
    { tag: "current", above: 20 },
    { tag: "flow", above: 1 },
  ];
  const series = (current: number[], flow: number[]) =>
    new Map([
      ["current", current.map((mean, i) => point(i * 10 * MINUTE, mean))],
      ["flow", flow.map((mean, i) => point(i * 10 * MINUTE, mean))],
    ]);

  test("all conditions: loaded; some: idle; none: stopped", () => {
    const runs = modeRuns(
      rule,
      series([50, 50, 50, 0, 0, 50], [9, 9, 0, 0, 0, 9]),
      hour,
      10 * MINUTE,
      30 * MINUTE,
    );
    expect(runs).toEqual([
      { mode: "loaded", from: 0, to: 20 * MINUTE },
      { mode: "idle", from: 20 * MINUTE, to: 30 * MINUTE },
      { mode: "stopped", from: 30 * MINUTE, to: 50 * MINUTE },
      { mode: "loaded", from: 50 * MINUTE, to: 60 * MINUTE },
    ]);
  });

  test("silence is no mode, and a short one belongs to what was before", () => {
    const points = new Map([["current", [point(0, 50), point(2 * MINUTE, 50), point(40 * MINUTE, 50)]]]);
    const runs = modeRuns([rule[0]!], points, hour, MINUTE, 5 * MINUTE);
    expect(runs).toEqual([
      { mode: "loaded", from: 0, to: 3 * MINUTE },
      { mode: "gap", from: 3 * MINUTE, to: 40 * MINUTE },
      { mode: "loaded", from: 40 * MINUTE, to: 41 * MINUTE },
      { mode: "gap", from: 41 * MINUTE, to: 60 * MINUTE },
    ]);
  });

  test("nothing measured is one gap, without a rule too", () => {
    const gap = [{ mode: "gap", from: 0, to: 60 * MINUTE }];
    expect(modeRuns(rule, new Map(), hour, MINUTE, 5 * MINUTE)).toEqual(gap);
    expect(silences([{ points: [], gap: 5 * MINUTE }], hour, MINUTE)).toEqual(gap);
  });

  test("a tag that sends on change only tells no gap", () => {
    expect(silences([{ points: [], gap: Number.POSITIVE_INFINITY }], hour, MINUTE)).toEqual([]);
  });
});

describe("alarm strip", () => {
  const alarm = (from: number, to: number | null, acknowledged: boolean): Alarm => ({
    from,
    to,
    acknowledged,
    summary: `at ${from}`,
    href: null,
  });

  test("an alarm that is still true reaches to the right edge, one of another time is left out", () => {
    const bars = alarmBars(
      [alarm(30 * MINUTE, null, false), alarm(-9 * MINUTE, -5 * MINUTE, false)],
      hour,
      600,
    );
    expect(bars).toMatchObject([{ from: 30 * MINUTE, to: 60 * MINUTE, count: 1 }]);
  });

  test("bars that would lie on each other are one; acknowledged ones stay apart and below", () => {
    const bars = alarmBars(
      [alarm(MINUTE, 2 * MINUTE, false), alarm(2 * MINUTE, 3 * MINUTE, false), alarm(0, 50 * MINUTE, true)],
      hour,
      600,
    );
    expect(bars.map(({ acknowledged, count }) => [acknowledged, count])).toEqual([
      [true, 1],
      [false, 2],
    ]);
    expect(bars[1]!.summary).toBe("at 60000; at 120000");
  });
});

describe("marks", () => {
  const mark = (kind: Mark["kind"], at: number): Mark => ({ kind, at, to: null, label: kind, href: null });

  test("marks that would overlap are one; outside the window there is none", () => {
    const groups = markGroups(
      [mark("T", 10 * MINUTE), mark("N", 11 * MINUTE), mark("F", 40 * MINUTE), mark("T", 90 * MINUTE)],
      hour,
      600,
    );
    expect(groups.map(groupWord)).toEqual(["2", "F"]);
  });
  test("several of one kind keep their letter", () => {
    expect(markGroups([mark("N", 0), mark("N", 1000)], hour, 600).map(groupWord)).toEqual(["N2"]);
  });
});

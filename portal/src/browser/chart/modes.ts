import type { Point } from "./data.ts";
import type { Window } from "./window.ts";

/** loaded: the running rule holds. idle: some of its conditions do. stopped: none. gap: no data. */
type Mode = "loaded" | "idle" | "stopped" | "gap";
export type ModeRun = { mode: Mode; from: number; to: number };
export type Running = { tag: string; above: number };

/**
 * Operating modes over the window, from the means of the rule's tags. A silence longer than `gap` is "gap"; a shorter one
 * belongs to what was before it.
 */
export function modeRuns(
  rule: readonly Running[],
  pointsByTag: ReadonlyMap<string, readonly Point[]>,
  window: Window,
  bucketMs: number,
  gap: number,
): ModeRun[] {
  const runs: ModeRun[] = [];
  const add = (mode: Mode, from: number, to: number) => {
    const last = runs.at(-1);
    if (to <= from) return;
    if (last?.mode === mode && last.to >= from) last.to = to;
    else runs.push({ mode, from, to });
  };
  const others = rule.slice(1).map(({ tag, above }) => ({
    above,
    meanAt: new Map(pointsByTag.get(tag)?.map((p) => [p.time, p.mean])),
  }));
  let end = window.from;
  let before: Mode = "gap";
  for (const point of pointsByTag.get(rule[0]?.tag ?? "") ?? []) {
    const from = Math.max(point.time, window.from);
    if (from - end > gap) add("gap", end, from);
    else if (before !== "gap") add(before, end, from);
    const holds = [
      point.mean > rule[0]!.above,
      ...others.map((o) => (o.meanAt.get(point.time) ?? Number.NEGATIVE_INFINITY) > o.above),
    ];
    before = holds.every(Boolean) ? "loaded" : holds.some(Boolean) ? "idle" : "stopped";
    add(before, from, Math.min(point.time + bucketMs, window.to));
    end = Math.max(end, point.time + bucketMs);
  }
  if (window.to - end > gap) add("gap", end, window.to);
  return runs;
}

/** Where none of the series has a point for longer than its gap, without a running rule to tell more. */
export function silences(
  lines: readonly { points: readonly Point[]; gap: number }[],
  window: Window,
  bucketMs: number,
): ModeRun[] {
  const judged = lines.filter((line) => Number.isFinite(line.gap));
  if (!judged.length) return [];
  const gap = Math.max(...judged.map((line) => line.gap));
  const times = judged.flatMap((line) => line.points.map((point) => point.time)).sort((a, b) => a - b);
  const runs: ModeRun[] = [];
  let end = window.from;
  for (const time of times) {
    if (time - end > gap) runs.push({ mode: "gap", from: end, to: Math.min(time, window.to) });
    end = Math.max(end, time + bucketMs);
  }
  if (window.to - end > gap) runs.push({ mode: "gap", from: end, to: window.to });
  return runs;
}

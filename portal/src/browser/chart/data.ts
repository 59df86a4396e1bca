import type { Limits } from "@millwright/shared/domain/model";

/** One bucket as the API gives it. Times are epoch ms, the start of the bucket. */
export type Point = {
  time: number;
  min: number;
  max: number;
  mean: number;
  last: number;
  count: number;
  /** How many of the samples are of uncertain quality; absent = none. */
  uncertain?: number;
};

/** One line of a pane. */
export type Line = {
  key: string;
  name: string;
  decimals: number | null;
  limits: Limits | null;
  /** null: the tag sends on change only, so silence is no gap. */
  intervalMs: number | null;
};

/** Lines of one unit on one y axis. The unit is a sign, not UCUM. */
export type Pane = { unit: string; lines: Line[] };

type Values = (number | null | undefined)[];
/** Columns of one line for uPlot: x in seconds, then mean, min, max; null where the line must break. */
export type Columns = [number[], Values, Values, Values];

/** Silence of so many expected intervals (or buckets) is drawn as a gap; one lost message is not. */
const GAP_INTERVALS = 3;
/** Below this a silence is nothing anybody acts on, and the line would look like dashes. Ours. */
const SMALLEST_GAP_MS = 5 * 60_000;

export function gapMs(bucketMs: number, intervalMs: number | null): number {
  return intervalMs === null
    ? Number.POSITIVE_INFINITY
    : Math.max(bucketMs * GAP_INTERVALS, intervalMs * GAP_INTERVALS, SMALLEST_GAP_MS);
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** Widths that divide the next greater unit, so that edges fall on round times and the store answers from rollups. */
const WIDTHS_MS = [
  ...[1, 2, 5, 10, 15, 20, 30].map((n) => n * SECOND),
  ...[1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 4, 6, 8, 12, 24].map((n) => n * HOUR),
];
const DAY = 24 * HOUR;

/** What to ask for to draw from..to in at most `most` buckets: a little wider, every edge a multiple of the width. */
export function bucketsOf(
  from: number,
  to: number,
  most: number,
): { from: number; to: number; buckets: number; widthMs: number } {
  // One bucket may be lost at either end to the rounding.
  const wanted = (to - from) / Math.max(1, most - 2);
  const widthMs = WIDTHS_MS.find((width) => width >= wanted) ?? Math.ceil(wanted / DAY) * DAY;
  const start = Math.floor(from / widthMs) * widthMs;
  const buckets = Math.max(1, Math.ceil((to - start) / widthMs));
  return { from: start, to: start + buckets * widthMs, buckets, widthMs };
}

/**
 * Buckets to columns. Between two points further apart than `gap` an empty one breaks line and band. A bucket of several
 * samples is drawn at its middle, the newest one not beyond `end`.
 */
export function columns(
  points: readonly Point[],
  bucketMs: number,
  gap: number,
  end = Number.POSITIVE_INFINITY,
): Columns {
  const out: Columns = [[], [], [], []];
  let before: number | null = null;
  for (const point of points) {
    if (before !== null && point.time - before > gap) push(out, (before + bucketMs) / 1000, null);
    const at = point.count > 1 ? Math.min(point.time + bucketMs / 2, Math.max(end, point.time)) : point.time;
    push(out, at / 1000, point);
    before = point.time;
  }
  return out;
}

function push(out: Columns, x: number, point: Point | null): void {
  // uPlot wants rising x; a half-bucket shift may not overtake the next point.
  const last = out[0].at(-1);
  out[0].push(last !== undefined && x <= last ? last + 0.001 : x);
  out[1].push(point?.mean ?? null);
  out[2].push(point?.min ?? null);
  out[3].push(point?.max ?? null);
}

/** Puts one live sample into the newest bucket, or begins the next; drops what left the window. Mutates `points`. */
export function append(
  points: Point[],
  sample: { time: number; value: number; uncertain?: boolean },
  from: number,
  bucketMs: number,
): void {
  const { time, value } = sample;
  const last = points.at(-1);
  if (last && time < last.time) return;
  if (last && time < last.time + bucketMs) {
    last.min = Math.min(last.min, value);
    last.max = Math.max(last.max, value);
    last.mean = (last.mean * last.count + value) / (last.count + 1);
    last.last = value;
    last.count++;
    if (sample.uncertain) last.uncertain = (last.uncertain ?? 0) + 1;
  } else {
    const point = { time, min: value, max: value, mean: value, last: value, count: 1 };
    points.push(sample.uncertain ? { ...point, uncertain: 1 } : point);
  }
  while (points.length && points[0]!.time < from) points.shift();
}

/** A trip further off than this many heights of the data would flatten the line: it is told at the edge instead. Ours. */
const NEAR_TRIP = 1;

/** Range of the y axis: data and warning limits inside, trips unless they are far off, some air around. */
export function yRange(
  lines: readonly { points: readonly Point[]; limits: Limits | null }[],
): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  const include = (value: number | undefined) => {
    if (value === undefined) return;
    low = Math.min(low, value);
    high = Math.max(high, value);
  };
  for (const { points } of lines) {
    for (const point of points) {
      low = Math.min(low, point.min);
      high = Math.max(high, point.max);
    }
  }
  if (low > high) [low, high] = [0, 1];
  for (const { limits } of lines) {
    include(limits?.low);
    include(limits?.high);
  }
  const near = (high - low || Math.abs(high) || 1) * NEAR_TRIP;
  for (const trip of lines.flatMap(({ limits }) => [limits?.lowLow, limits?.highHigh])) {
    if (trip !== undefined && trip >= low - near && trip <= high + near) include(trip);
  }
  const air = (high - low || Math.abs(high) * 0.1 || 1) * 0.06;
  // Counters and rates that begin at zero keep zero as their floor.
  return [low >= 0 && low - air < 0 ? 0 : low - air, high + air];
}

/** The bucket nearest to a moment, none when that lies in a gap. */
export function nearest(points: readonly Point[], at: number, within: number): Point | undefined {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle]!.time < at) low = middle + 1;
    else high = middle;
  }
  const [before, after] = [points[low - 1], points[low]];
  const best = !before || (after && after.time - at < at - before.time) ? after : before;
  return best && Math.abs(best.time - at) <= within ? best : undefined;
}

import type { Limits } from "@millwright/shared/domain/model";

/** One bucket as the API gives it. Times are epoch ms, the start of the bucket. */
export type Point = { time: number; min: number; max: number; mean: number; last: number; count: number };

export type Pane = {
  key: string;
  name: string;
  /** Sign, not UCUM. */
  unit: string;
  decimals: number | null;
  limits: Limits | null;
  /** null: the tag sends on change only, so silence is no gap. */
  intervalMs: number | null;
};

export type Alarm = {
  from: number;
  to: number | null;
  acknowledged: boolean;
  summary: string;
  href: string | null;
};

/** Columns for uPlot: x in seconds, then mean, min, max; null where the line must break. */
export type Columns = [number[], (number | null)[], (number | null)[], (number | null)[]];

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
  sample: { time: number; value: number },
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
  } else {
    points.push({ time, min: value, max: value, mean: value, last: value, count: 1 });
  }
  while (points.length && points[0]!.time < from) points.shift();
}

/** Range of the y axis: data and warning limits inside, trips when they are near, some air around. */
export function yRange(points: readonly Point[], limits: Limits | null): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const point of points) {
    low = Math.min(low, point.min);
    high = Math.max(high, point.max);
  }
  const warnings = [limits?.low, limits?.high].filter((limit) => limit !== undefined);
  if (low > high) {
    low = Math.min(0, ...warnings);
    high = Math.max(1, ...warnings);
  }
  for (const limit of warnings) {
    low = Math.min(low, limit);
    high = Math.max(high, limit);
  }
  const near = (high - low || Math.abs(high) || 1) * 0.35;
  for (const limit of [limits?.lowLow, limits?.highHigh]) {
    if (limit === undefined) continue;
    if (limit >= low - near && limit <= high + near) {
      low = Math.min(low, limit);
      high = Math.max(high, limit);
    }
  }
  const air = (high - low || Math.abs(high) * 0.1 || 1) * 0.06;
  // Counters and rates that begin at zero keep zero as their floor.
  return [low >= 0 && low - air < 0 ? 0 : low - air, high + air];
}

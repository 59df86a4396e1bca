import { Failure } from "../failure.ts";
import type { Bucket, RangeQuery, RollupStep } from "./store.ts";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;
export const STEP_MS: Record<RollupStep, number> = { "1m": MINUTE_MS, "1h": HOUR_MS };

/** From this grade on a sample is bad and left out of every bucket figure (domain/quality.ts). */
export const FIRST_BAD_GRADE = 64;

/** A bucket that can still be merged with others. `lastTime` is the epoch ms of the sample that gave `last`. */
export type Figures = {
  time: number;
  count: number;
  min: number;
  max: number;
  sum: number;
  last: number;
  lastTime: number;
};

/**
 * Width of each bucket in whole ms, so that every engine cuts at the same edges `from + i * width`. Where the range is
 * not a multiple of `buckets` ms the width is rounded up, and the last bucket ends early, at `to`.
 */
export function bucketWidthMs(query: RangeQuery): number {
  const { from, to, buckets } = query;
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || to <= from) {
    throw new Failure("invalid", "the range must end after it starts, both in whole epoch ms", {
      field: "to",
    });
  }
  if (!Number.isInteger(buckets) || buckets < 1 || buckets > 2000) {
    throw new Failure("invalid", "buckets must be a whole number from 1 to 2000", { field: "buckets" });
  }
  return Math.max(1, Math.ceil((to - from) / buckets));
}

/**
 * The range a chart should ask for: a little wider, so that every bucket is a whole number of hours, minutes or seconds.
 * Rollups then answer alone; otherwise each step that a bucket edge cuts is read from raw samples, which takes twice as long.
 */
export function chartRange<Q extends Pick<RangeQuery, "from" | "to" | "buckets">>(query: Q): Q {
  const wanted = (query.to - query.from) / query.buckets;
  const step = wanted >= 3 * HOUR_MS ? HOUR_MS : wanted >= MINUTE_MS ? MINUTE_MS : wanted >= 1000 ? 1000 : 1;
  const from = Math.floor(query.from / step) * step;
  const width = Math.ceil((query.to - from) / query.buckets / step) * step;
  const buckets = Math.ceil((query.to - from) / width);
  return { ...query, from, to: from + buckets * width, buckets };
}

/**
 * Adds b to a. The newest sample gives `last`; where two devices measured the same tag in the same ms, the greater
 * value does (the rule of InfluxQL's last(), which all engines follow).
 */
export function mergeInto(a: Figures, b: Figures): void {
  a.count += b.count;
  a.sum += b.sum;
  if (b.min < a.min) a.min = b.min;
  if (b.max > a.max) a.max = b.max;
  if (b.lastTime > a.lastTime || (b.lastTime === a.lastTime && b.last > a.last)) {
    a.last = b.last;
    a.lastTime = b.lastTime;
  }
}

/** Collects figures per bucket start and gives them in time order. */
export class BucketRow {
  readonly #byTime = new Map<number, Figures>();

  add(figures: Figures): void {
    const known = this.#byTime.get(figures.time);
    if (known === undefined) this.#byTime.set(figures.time, figures);
    else mergeInto(known, figures);
  }

  /** For parts that are given oldest first: the later part has the later `last`. */
  append(figures: Figures): void {
    const known = this.#byTime.get(figures.time);
    this.add(figures);
    if (known !== undefined) known.last = figures.last;
  }

  points(): Bucket[] {
    return [...this.#byTime.values()]
      .filter((figures) => figures.count > 0)
      .sort((a, b) => a.time - b.time)
      .map(({ time, min, max, sum, last, count }) => ({ time, min, max, mean: sum / count, last, count }));
  }
}

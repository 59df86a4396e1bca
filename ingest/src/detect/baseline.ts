import type { Tag } from "@millwright/shared/domain/model";

/** What is usual for a tag, in its unit. */
export type Baseline = { center: number; deviation: number };

/** Median absolute deviation of a normal distribution × this = its standard deviation. */
const MAD_TO_SD = 1.4826;
/** The calibration is cut into this many blocks in time, to see how much the level itself wanders. */
const BLOCKS = 10;
/**
 * Part of the wander (largest less smallest block median) that counts as deviation. Without it a tag that warms up
 * while the baseline is learned alarms for certain soon afterwards (skab-dev: fluid and motor temperature).
 */
const WANDER_PART = 0.45;
/** A perfectly quiet calibration still leaves room for this part of span and one resolution. Our choice. */
const FLOOR_OF_SPAN = 1e-4;

/** Robust mean and deviation of the first good samples, in order of time. */
export function learnBaseline(values: readonly number[], tag: Pick<Tag, "span" | "resolution">): Baseline {
  const center = median(values);
  const spread = MAD_TO_SD * median(values.map((v) => Math.abs(v - center)));
  const size = Math.floor(values.length / BLOCKS);
  const levels = Array.from({ length: BLOCKS }, (_, i) => median(values.slice(i * size, (i + 1) * size)));
  const wander = WANDER_PART * (Math.max(...levels) - Math.min(...levels));
  const floor = Math.max(tag.resolution ?? 0, FLOOR_OF_SPAN * (tag.span.high - tag.span.low));
  return { center, deviation: Math.max(spread, wander, floor) };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

import type { Tag } from "@millwright/shared/domain/model";
import { GRADES } from "@millwright/shared/domain/quality";

/** A device clock this far ahead of the receive time is marked; further than a day it is no clock. DESIGN, X5. */
export const AHEAD_MS = 300_000;
const IMPLAUSIBLE_AHEAD_MS = 86_400_000;
/** 2000-01-01: a device that says so has not been told the time. */
const EARLIEST_MS = 946_684_800_000;

/** Grade of a device's own time stamp. clock-implausible: the caller stores at the receive time instead. */
export function gradeTime(ts: number, receivedAt: number): number {
  if (ts < EARLIEST_MS || ts > receivedAt + IMPLAUSIBLE_AHEAD_MS) return GRADES["clock-implausible"];
  return ts > receivedAt + AHEAD_MS ? GRADES["clock-ahead"] : GRADES.good;
}

export function gradeSpan(tag: Tag, value: number): number {
  if (value < tag.span.low) return GRADES["below-span"];
  return value > tag.span.high ? GRADES["above-span"] : GRADES.good;
}

/** What the spike test remembers of a series; times epoch ms, 0 = none. */
export type SpikeMemory = { goodAt: number; good: number; oddAt: number; odd: number };

/**
 * A jump beyond the tag's plausible rate is a spike, unless the next sample agrees with it: then it was a real step,
 * and the new level is accepted. For samples in rising time that are within span. Changes `memory`.
 */
export function gradeRate(memory: SpikeMemory, tag: Tag, at: number, value: number): number {
  const limit = tag.maxRatePerS;
  if (limit !== undefined && memory.goodAt > 0 && tooFast(limit, memory.goodAt, memory.good, at, value)) {
    const confirmed = memory.oddAt > 0 && !tooFast(limit, memory.oddAt, memory.odd, at, value);
    if (!confirmed) {
      memory.oddAt = at;
      memory.odd = value;
      return GRADES.spike;
    }
  }
  memory.goodAt = at;
  memory.good = value;
  memory.oddAt = 0;
  return GRADES.good;
}

function tooFast(limitPerS: number, fromAt: number, from: number, at: number, value: number): boolean {
  return Math.abs(value - from) * 1000 > limitPerS * Math.abs(at - fromAt);
}

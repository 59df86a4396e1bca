import { show } from "../detect/detector.ts";
import { ALIGNMENTS, BANKS, DAY_PARTS, SIGNALS } from "./banks.ts";
import { type NoveltyState, partOfDay, SLOW_WEIGHT } from "./novelty.ts";

type Range = { low: number; high: number };

export type NoveltyReason = {
  /** One clause for people, in the tag's own unit. */
  words: string;
  /** What has never been seen: values, or distances from the slow mean. */
  signal: (typeof SIGNALS)[number];
  range: Range;
  /** UTC hours of the day it was never seen in; null = at any hour. */
  hours: Range | null;
  /** Samples it was not seen in, and the least and greatest value among them. */
  samples: number;
  seen: Range;
};

/**
 * Why the newest sample scored: the context that surprised most, in words and numbers. To be asked right after
 * stepNovelty returned more than 0 for (at, value).
 */
export function explainNovelty(state: NoveltyState, at: number, value: number): NoveltyReason {
  let strongest = 0;
  for (let b = 1; b < BANKS.length; b++) if (state.nats[b]! > state.nats[strongest]!) strongest = b;
  const bank = BANKS[strongest]!;
  const signal = SIGNALS[bank.signal]!;
  const samples = state.samples - 1;
  const part = partOfDay(at);
  const partHours = 24 / DAY_PARTS;
  const hours = bank.parts === 1 ? null : { low: part * partHours, high: (part + 1) * partHours };
  // The slow mean has taken this sample in already; its distance from the mean before is what was judged.
  const departure = (value - state.slowMean) / (1 - SLOW_WEIGHT);
  const range = unseenRange(state, strongest, signal === "level" ? value : departure);
  const seen = { low: state.leastBefore, high: state.mostBefore };
  return {
    words: sentence({ signal, range, hours, samples, seen }, value),
    signal,
    range,
    hours,
    samples,
    seen,
  };
}

/** The cells around `at` of all alignments in which this grid saw something new, together. */
function unseenRange(state: NoveltyState, b: number, at: number): Range {
  const { levels, signal } = BANKS[b]!;
  const range = { low: at, high: at };
  for (let a = 0; a < ALIGNMENTS.length; a++) {
    if ((state.unseen & (1 << (a * BANKS.length + b))) === 0) continue;
    const s = a * SIGNALS.length + signal;
    const size = state.width[s]! / levels;
    const low = state.low[s]! + Math.floor((at - state.low[s]!) / size) * size;
    range.low = Math.min(range.low, low);
    range.high = Math.max(range.high, low + size);
  }
  return range;
}

function sentence(
  { signal, range, hours, samples, seen }: Omit<NoveltyReason, "words">,
  value: number,
): string {
  const between = `${short(range, range.low)} to ${short(range, range.high)}`;
  const among = `in ${samples} samples`;
  if (signal === "departure")
    return `value ${show(value)} is ${between} away from its slow mean, never so before ${among}`;
  if (value > seen.high)
    return `value ${show(value)} is above all seen ${among}, the highest was ${show(seen.high)}`;
  if (value < seen.low)
    return `value ${show(value)} is below all seen ${among}, the lowest was ${show(seen.low)}`;
  if (hours)
    return `value ${between} never seen between ${clock(hours.low)} and ${clock(hours.high)} h UTC ${among}`;
  return `value ${between} never seen ${among}, though it ranged from ${show(seen.low)} to ${show(seen.high)}`;
}

const clock = (hour: number): string => String(hour).padStart(2, "0");

/** As many digits as the range is wide enough to need. */
function short({ low, high }: Range, value: number): string {
  const decimals = Math.min(9, Math.max(0, 1 - Math.floor(Math.log10(high - low || 1))));
  return String(Number(value.toFixed(decimals)));
}

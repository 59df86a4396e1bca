import { ALIGNMENTS, BANKS, DAY_PARTS, FINE_LEVELS, mergeCells, SIGNALS, WORDS } from "./banks.ts";

/**
 * How new a tag's behaviour is, sample by sample, without look-ahead and without knowing its range. A context never
 * seen before counts by how rarely its bank is surprised; the mean over all banks is the score, in nats. Chosen on
 * nab-dev; `pnpm bench:detection` prints what it gives there.
 */

const DAY_MS = 86_400_000;
/** Weight of the newest sample in the slow mean, 0..1. */
export const SLOW_WEIGHT = 0.01;
/** Least weight of the newest sample in a bank's rate of surprises: about the last 300 samples count. */
const RATE_WEIGHT = 0.003;
/** Part of the last peak below which nothing is said, per sample: half a peak is forgotten after 230. */
const HOLD_DECAY = 0.997;
/** Part of an announced score by which the next must exceed it: who has just spoken has less news. */
const HOLD_MARGIN = 0.1;
/** The first range is this part of the first value; it doubles until it holds what the tag does. */
const FIRST_WIDTH = 1 / 256;
/** A value of zero has no size of its own. */
const LEAST_WIDTH = 1e-12;
/** Beyond it a range could not double any more; no sensor measures that. */
const LARGEST = 1e300;

/** Score from which a sample is an alarm's beginning. Chosen on nab-dev: see DECISIONS.md. */
export const NOVEL_AT = 1.15;
/** So many samples are only learned from: before, everything is new. */
const LEARN_SAMPLES = 150;

/** Plain JSON of fixed size. Scales are indexed alignment · 2 + signal, banks alignment · BANKS.length + bank. */
export type NoveltyState = {
  samples: number;
  slowMean: number;
  /** Decaying peak of the scores. */
  hold: number;
  /** Range of each scale; width 0 = has seen nothing. */
  low: number[];
  width: number[];
  /** Visited cells of all banks, 32 to a number. */
  cells: number[];
  /** How often, of late, each bank has met a cell never seen: 0..1. */
  surprise: number[];
  /** Of the newest sample that was new anywhere: the banks that said so (bits), what each bank's grid said (nats). */
  unseen: number;
  nats: number[];
  /** Least and greatest value so far, and what they were before the newest sample that was new. */
  least: number;
  most: number;
  leastBefore: number;
  mostBefore: number;
};

export const startNovelty = (): NoveltyState => ({
  samples: 0,
  slowMean: 0,
  hold: 0,
  low: new Array<number>(ALIGNMENTS.length * SIGNALS.length).fill(0),
  width: new Array<number>(ALIGNMENTS.length * SIGNALS.length).fill(0),
  cells: new Array<number>(ALIGNMENTS.length * WORDS).fill(0),
  surprise: new Array<number>(ALIGNMENTS.length * BANKS.length).fill(1),
  unseen: 0,
  nats: new Array<number>(BANKS.length).fill(0),
  least: 0,
  most: 0,
  leastBefore: 0,
  mostBefore: 0,
});

/**
 * The next sample of a tag at `at`, epoch ms; `state` is changed in place. Returns the score in nats: 0 = nothing new,
 * or not more so than what has just been said. A value that is no number is passed over.
 */
export function stepNovelty(state: NoveltyState, at: number, value: number): number {
  if (!(Math.abs(value) < LARGEST)) return 0;
  if (state.samples === 0) {
    state.slowMean = value;
    state.least = value;
    state.most = value;
  }
  const departure = value - state.slowMean;
  state.slowMean += SLOW_WEIGHT * departure;
  const total = visit(state, partOfDay(at), value, departure);
  state.samples += 1;
  if (value < state.least) state.least = value;
  if (value > state.most) state.most = value;
  const score = total > state.hold ? total : 0;
  state.hold = Math.max(total, state.hold * HOLD_DECAY) + HOLD_MARGIN * score;
  return score;
}

/** Whether an alarm begins at the sample just stepped, which scored `score`. */
export const isNovel = (state: NoveltyState, score: number): boolean =>
  score >= NOVEL_AT && state.samples > LEARN_SAMPLES;

/** Visits the sample's cell in every bank; the mean of what they say. */
function visit(state: NoveltyState, part: number, value: number, departure: number): number {
  const { cells, surprise, nats, samples } = state;
  const weight = Math.max(1 / (samples + 2), RATE_WEIGHT);
  const floor = 1 / (samples + 1);
  let total = 0;
  let unseen = 0;
  for (let a = 0; a < ALIGNMENTS.length; a++) {
    const level = fineLevel(state, a, 0, value);
    const away = fineLevel(state, a, 1, departure);
    for (let b = 0; b < BANKS.length; b++) {
      const bank = BANKS[b]!;
      const cell =
        (bank.parts === 1 ? 0 : part * bank.levels) + ((bank.signal === 0 ? level : away) >> bank.shift);
      const word = a * WORDS + bank.first + (cell >>> 5);
      const bit = 1 << (cell & 31);
      const k = a * BANKS.length + b;
      const rate = surprise[k]!;
      if ((cells[word]! & bit) !== 0) {
        surprise[k] = rate - weight * rate;
        continue;
      }
      if (unseen === 0) nats.fill(0);
      cells[word]! |= bit;
      surprise[k] = rate + weight * (1 - rate);
      const said = Math.max(0, -Math.log(rate + floor));
      nats[b]! += said;
      total += said;
      unseen |= 1 << k;
    }
  }
  if (unseen === 0) return 0;
  state.unseen = unseen;
  state.leastBefore = state.least;
  state.mostBefore = state.most;
  return total / (ALIGNMENTS.length * BANKS.length);
}

/** Which of the 64 levels of its scale a value lies in, 0..63; the scale doubles until it holds it. */
function fineLevel(state: NoveltyState, alignment: number, signal: number, value: number): number {
  const s = alignment * SIGNALS.length + signal;
  let low = state.low[s]!;
  let width = state.width[s]!;
  if (!(value >= low && value < low + width)) {
    widenTo(state, s, alignment, signal, value);
    low = state.low[s]!;
    width = state.width[s]!;
  }
  const level = Math.floor(((value - low) / width) * FINE_LEVELS);
  return level < 0 ? 0 : level >= FINE_LEVELS ? FINE_LEVELS - 1 : level;
}

function widenTo(state: NoveltyState, s: number, alignment: number, signal: number, value: number): void {
  let low = state.low[s]!;
  let width = state.width[s]!;
  if (width === 0) {
    width = Math.max(Math.abs(value) * FIRST_WIDTH, LEAST_WIDTH) * ALIGNMENTS[alignment]!;
    low = value - width / 2;
  }
  // Where doubles are coarser than the width, low + width may equal low: the width doubles past that.
  while (!(value >= low && value < low + width)) {
    const downwards = value < low;
    if (downwards) low -= width;
    width *= 2;
    mergeCells(state.cells, alignment, signal, downwards);
  }
  state.low[s] = low;
  state.width[s] = width;
}

/** Two-hour part of the UTC day; 0 for a time that is none. */
export function partOfDay(at: number): number {
  const part = Math.floor(((((at % DAY_MS) + DAY_MS) % DAY_MS) / DAY_MS) * DAY_PARTS);
  return Number.isNaN(part) ? 0 : part;
}

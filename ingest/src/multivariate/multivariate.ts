import { type Learning, learnRow, startLearning, type Usual, usual } from "./learn.ts";

/**
 * Hotelling's T² of exponentially weighted averages (MEWMA: Lowry et al., Technometrics 34, 1992) over all tags of one
 * asset, with a centre that follows slow drift and stands still while an alarm is on. Parameters chosen on skab-dev;
 * `pnpm bench:detection` prints what they give.
 */

/** Weight of the newest row in the averages, 0..1. */
const WEIGHT = 0.15;
/** T² at which the alarm goes on; anomaly scores are told relative to it. */
const ON_AT = 7;
/** T² at which it goes off; or this part of its peak, where the asset has settled in a new place. */
const OFF_AT = ON_AT / 3;
const OFF_PEAK_PART = 0.05;
/** How fast the centre follows the averages while no alarm is on, per row. */
const CENTRE_WEIGHT = 0.003;
/** Deviations beyond which a value is believed no further: one wild value is no shift. */
const LARGEST_DEVIATION = 20;

/** Plain JSON; lists are as long as there are tags. Averages and centre are in deviations from the usual. */
export type MultivariateState = {
  fitRows: number;
  /** Null once learned. */
  learning: Learning | null;
  usual: Usual | null;
  average: number[];
  centre: number[];
  /** Where the centre was before the asset settled elsewhere: back there, all is usual again. */
  home: number[] | null;
  /** Newest value of each tag that has been heard: stands in for one that is missing. */
  last: number[];
  heard: boolean[];
  on: boolean;
  peak: number;
  /** What each tag adds to the newest T²; they sum up to it. */
  contributions: number[];
};

/** `fitRows`: how many rows to learn from before anything is judged. */
export const startMultivariate = (tags: number, fitRows: number): MultivariateState => ({
  fitRows,
  learning: startLearning(tags),
  usual: null,
  average: new Array<number>(tags).fill(0),
  centre: new Array<number>(tags).fill(0),
  home: null,
  last: new Array<number>(tags).fill(0),
  heard: new Array<boolean>(tags).fill(false),
  on: false,
  peak: 0,
  contributions: new Array<number>(tags).fill(0),
});

/**
 * The next row of an asset, one value per tag in a fixed order; NaN = missing. Returns T² relative to its threshold
 * (above 1 an alarm begins), 0 while learning; whether the alarm is on is `state.on`. `state` is changed in place.
 */
export function stepMultivariate(state: MultivariateState, values: readonly number[]): number {
  for (let j = 0; j < values.length; j++) {
    const value = values[j]!;
    if (!Number.isFinite(value)) continue;
    state.last[j] = value;
    if (state.heard[j]) continue;
    state.heard[j] = true;
    if (!state.learning) continue;
    state.average[j] = value;
    state.centre[j] = value;
  }
  if (state.learning) {
    learn(state, state.learning);
    return 0;
  }
  if (!state.usual) return 0;
  const t2 = hotelling(state, state.usual);
  judge(state, t2);
  return t2 / ON_AT;
}

/** While learning, average and centre are kept in the tags' own units: their deviations are not yet known. */
function learn(state: MultivariateState, learning: Learning): void {
  const { average, centre, last } = state;
  const centreWeight = Math.max(1 / (learning.rows + 1), CENTRE_WEIGHT);
  learnRow(learning, last, state.heard);
  for (let j = 0; j < last.length; j++) {
    average[j]! += WEIGHT * (last[j]! - average[j]!);
    centre[j]! += centreWeight * (average[j]! - centre[j]!);
  }
  if (learning.rows < state.fitRows) return;
  state.usual = usual(learning, WEIGHT);
  state.learning = null;
  if (!state.usual) return;
  const { mean, deviation } = state.usual;
  for (let j = 0; j < last.length; j++) {
    average[j] = inDeviations(average[j]!, mean[j]!, deviation[j]!);
    centre[j] = inDeviations(centre[j]!, mean[j]!, deviation[j]!);
  }
}

/** T² of the averages about the centre, after this row; each tag's part goes into `contributions`. */
function hotelling(state: MultivariateState, { mean, deviation, precision }: Usual): number {
  const { average, centre, last } = state;
  for (let j = 0; j < last.length; j++) {
    const z = inDeviations(last[j]!, mean[j]!, deviation[j]!);
    const believed = Math.max(-LARGEST_DEVIATION, Math.min(LARGEST_DEVIATION, z));
    average[j]! += WEIGHT * (believed - average[j]!);
  }
  if (state.home && distance(state, state.home, precision) < OFF_AT) {
    for (let j = 0; j < centre.length; j++) centre[j] = state.home[j]!;
    state.home = null;
  }
  return distance(state, centre, precision);
}

function distance(state: MultivariateState, from: readonly number[], precision: readonly number[]): number {
  const { average, contributions } = state;
  const n = average.length;
  let t2 = 0;
  for (let p = 0; p < n; p++) {
    let sum = 0;
    for (let q = 0; q < n; q++) sum += precision[p * n + q]! * (average[q]! - from[q]!);
    const part = sum * (average[p]! - from[p]!);
    contributions[p] = part;
    t2 += part;
  }
  return t2;
}

function inDeviations(value: number, mean: number, deviation: number): number {
  return deviation === 0 ? 0 : (value - mean) / deviation;
}

function judge(state: MultivariateState, t2: number): void {
  const { average, centre } = state;
  if (!state.on && t2 > ON_AT) {
    state.on = true;
    state.peak = t2;
  } else if (state.on) {
    state.peak = Math.max(state.peak, t2);
    if (t2 < OFF_AT || t2 < state.peak * OFF_PEAK_PART) {
      state.on = false;
      // It has settled far from where it was: that is its usual place now, or it is on its way home.
      if (t2 > OFF_AT) {
        state.home ??= centre.slice();
        for (let j = 0; j < average.length; j++) centre[j] = average[j]!;
      }
    }
  }
  if (state.on) return;
  for (let j = 0; j < average.length; j++) centre[j]! += CENTRE_WEIGHT * (average[j]! - centre[j]!);
}

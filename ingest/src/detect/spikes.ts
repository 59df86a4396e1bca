import type { Tag } from "@millwright/shared/domain/model";
import { GRADES } from "@millwright/shared/domain/quality";
import { tagStep } from "./binary.ts";
import type { Step } from "./detector.ts";

/** X3. More than this in one UTC day of event time is a loose contact, not bad luck. */
const PER_DAY = 50;
const DAY_MS = 86_400_000;

export type SpikesState = { day: number; count: number; bad: boolean; active: boolean; onset: number };

export const startSpikes = (): SpikesState => ({ day: -1, count: 0, bad: false, active: false, onset: 0 });

/**
 * Counts excursions (bad after not bad), so that an open circuit is one and not thousands.
 * Every sample, in rising time, with its grade.
 */
export function stepSpikes(
  state: SpikesState,
  tag: Tag,
  at: number,
  value: number,
  grade: number,
): Step | null {
  const day = Math.floor(at / DAY_MS);
  let cleared: Step | null = null;
  if (day !== state.day) {
    // Skipped days had no samples, hence no spikes either: only the day before counts as evidence.
    if (state.active && state.count < PER_DAY) {
      state.active = false;
      cleared = tagStep(tag, "spikes", "cleared", at, state.onset, null, PER_DAY, "many spikes", "1/d");
    }
    state.day = day;
    state.count = 0;
  }
  const bad = grade >= GRADES["below-span"];
  if (bad && !state.bad) state.count++;
  const more = bad && !state.bad && state.count === PER_DAY && !state.active;
  state.bad = bad;
  if (!more) return cleared;
  state.active = true;
  state.onset = at;
  return tagStep(tag, "spikes", "raised", at, at, value, PER_DAY, `${PER_DAY} spikes in one day`, "1/d");
}

import type { Tag } from "@millwright/shared/domain/model";
import { GRADES } from "@millwright/shared/domain/quality";
import { tagStep } from "./binary.ts";
import type { Step } from "./detector.ts";

/** Consecutive samples beyond the hardware range (or back within) that make (or end) an open circuit. */
const SAMPLES = 20;

export type OutOfSpanState = { run: number; runStart: number; back: number; active: boolean; onset: number };

export const startOutOfSpan = (): OutOfSpanState => ({
  run: 0,
  runStart: 0,
  back: 0,
  active: false,
  onset: 0,
});

/** X4, broken wire or transmitter: the only judgement made on bad samples. Every sample, in rising time, with its grade. */
export function stepOutOfSpan(
  state: OutOfSpanState,
  tag: Tag,
  at: number,
  value: number,
  grade: number,
): Step | null {
  if (grade === GRADES["above-span"] || grade === GRADES["below-span"]) {
    if (state.run++ === 0) state.runStart = at;
    state.back = 0;
    if (state.active || state.run < SAMPLES) return null;
    state.active = true;
    state.onset = state.runStart;
    const edge = value > tag.span.high ? tag.span.high : tag.span.low;
    return tagStep(tag, "out-of-span", "raised", at, state.onset, value, edge, "outside the sensor's range");
  }
  state.run = 0;
  if (!state.active || ++state.back < SAMPLES) return null;
  state.active = false;
  return tagStep(tag, "out-of-span", "cleared", at, state.onset, value, null, "outside the sensor's range");
}

import type { Tag } from "@millwright/shared/domain/model";
import { tagStep } from "./binary.ts";
import type { Detector } from "./detector.ts";

/** Samples (and expected intervals) without a change. PLANT §1.1; a tag without resolution proves less per sample. */
const SAMPLES = 20;
const SAMPLES_WITHOUT_RESOLUTION = 40;
/** Changes needed before a frozen sensor counts as alive: one flicker of the last digit does not. Our choice. */
const MOVES_TO_CLEAR = 3;

export type FlatLineState = {
  active: boolean;
  onset: number;
  /** Value the tag has not left, and since when. */
  reference: number;
  since: number;
  /** Judged time and samples at the reference; -1 before the first sample. */
  heldMs: number;
  samples: number;
  lastAt: number;
  moves: number;
};

/** Stuck sensor `tag:flat-line`: no change of at least one resolution for 20 samples and 20 expected intervals. */
export function flatLineDetector(tag: Tag): Detector<FlatLineState> | null {
  if (tag.flatLine === false) return null;
  const step = tag.resolution ?? 0;
  const enough = tag.resolution === undefined ? SAMPLES_WITHOUT_RESOLUTION : SAMPLES;
  const enoughMs = enough * tag.expectedIntervalMs;
  // 0.3 − 0.2 is a little less than 0.1: a full step must count as one.
  const change = step * (1 - 1e-6);
  const words = "frozen, the sensor may be stuck";
  const start = (): FlatLineState => ({
    active: false,
    onset: 0,
    reference: 0,
    since: 0,
    heldMs: -1,
    samples: 0,
    lastAt: -1,
    moves: 0,
  });
  return {
    name: "flat-line",
    alarmTypes: [`${tag.key}:flat-line`],
    start,
    step(state, at, value, judged) {
      if (!judged) {
        state.lastAt = -1;
        return null;
      }
      const dt = state.lastAt < 0 || at < state.lastAt ? 0 : at - state.lastAt;
      state.lastAt = at;
      const moved = step > 0 ? Math.abs(value - state.reference) >= change : value !== state.reference;
      if (moved || state.heldMs < 0) {
        state.reference = value;
        state.since = at;
        state.heldMs = 0;
        state.samples = 1;
        state.moves++;
        if (!state.active || state.moves < MOVES_TO_CLEAR) return null;
        state.active = false;
        return tagStep(tag, "flat-line", "cleared", at, state.onset, value, null, words);
      }
      state.heldMs += dt;
      state.samples++;
      if (state.active || state.samples < enough || state.heldMs < enoughMs) return null;
      state.active = true;
      state.onset = state.since;
      state.moves = 0;
      return tagStep(tag, "flat-line", "raised", at, state.onset, value, null, words);
    },
    end(state, at) {
      if (!state.active) return null;
      state.active = false;
      return tagStep(tag, "flat-line", "cleared", at, state.onset, null, null, words);
    },
  };
}

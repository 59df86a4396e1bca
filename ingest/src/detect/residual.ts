import type { Tag } from "@millwright/shared/domain/model";
import { type ConditionState, pauseCondition, startCondition, stepCondition } from "../alarm/condition.ts";
import { type Baseline, learnBaseline } from "./baseline.ts";
import { tagStep } from "./binary.ts";
import { type Detector, show } from "./detector.ts";

/**
 * One set of defaults for every tag, chosen on ims-bearing-dev, skab-dev and nab-dev (residual.experiment.test.ts
 * prints what they give). For independent noise the smoothed residual has a deviation of 0.23, so that 4.5 is
 * twenty of them: what fires is a shift or a drift, never a run of bad luck.
 */
export const RESIDUAL_DEFAULTS = {
  weight: 0.1,
  sigmas: 4.5,
  calibrationSamples: 300,
  holdSamples: 12,
} as const;
/** One sample counts for at most this many deviations, so that a single outlier cannot carry the average. */
const MAX_Z = 10;
/** The condition ends when the smoothed residual is below this part of the threshold for as many samples. */
const EASE = 0.5;

export type ResidualState = {
  /** First good samples while learning; null once the baseline is frozen. */
  learning: number[] | null;
  baseline: Baseline | null;
  smoothed: number;
  /** Consecutive samples beyond (or back inside) so far. */
  beyond: number;
  inside: number;
  condition: ConditionState;
};

/** Default: on for a tag without limits, off for one with; `residual: false` off, settings = on. */
export function residualDetector(tag: Tag): Detector<ResidualState> | null {
  if (tag.residual === false || (tag.residual === undefined && hasLimits(tag))) return null;
  const { weight, sigmas, calibrationSamples, holdSamples } = { ...RESIDUAL_DEFAULTS, ...tag.residual };
  const times = { on1Ms: 0, on2Ms: 0, offMs: 0 };
  const words = `far from its usual ${tag.unit === "1" ? "value" : `value in ${tag.unit}`}`;
  return {
    name: "residual",
    alarmTypes: [`${tag.key}:residual`],
    start: () => ({
      learning: [],
      baseline: null,
      smoothed: 0,
      beyond: 0,
      inside: 0,
      condition: startCondition(),
    }),
    step(state, at, value, judged) {
      if (!judged) {
        pauseCondition(state.condition);
        return null;
      }
      if (state.learning) {
        state.learning.push(value);
        if (state.learning.length >= calibrationSamples) {
          state.baseline = learnBaseline(state.learning, tag);
          state.learning = null;
        }
        return null;
      }
      const { center, deviation } = state.baseline!;
      const z = Math.max(-MAX_Z, Math.min(MAX_Z, (value - center) / deviation));
      state.smoothed += weight * (z - state.smoothed);
      const size = Math.abs(state.smoothed);
      state.beyond = size > sigmas ? state.beyond + 1 : 0;
      state.inside = size < sigmas * EASE ? state.inside + 1 : 0;
      const reach = state.beyond >= holdSamples ? 1 : 0;
      const hold = state.inside >= holdSamples ? 0 : 1;
      const { condition } = state;
      const kind = stepCondition(condition, times, at, reach, condition.level === 0 ? reach : hold);
      if (!kind) return null;
      const edge = center + Math.sign(state.smoothed) * sigmas * deviation;
      const detail = `${words} (${show(value)}, usually about ${show(center)})`;
      return tagStep(
        tag,
        "residual",
        kind,
        at,
        condition.onset,
        value,
        edge,
        kind === "cleared" ? words : detail,
      );
    },
    end(state, at) {
      if (state.condition.level === 0) return null;
      const step = tagStep(tag, "residual", "cleared", at, state.condition.onset, null, null, words);
      Object.assign(state.condition, startCondition());
      return step;
    },
  };
}

function hasLimits({ limits }: Tag): boolean {
  return (
    limits !== undefined &&
    [limits.low, limits.lowLow, limits.high, limits.highHigh].some((x) => x !== undefined)
  );
}

import type { Tag } from "@millwright/shared/domain/model";
import { type ConditionState, pauseCondition, startCondition, stepCondition } from "../alarm/condition.ts";
import { tagStep } from "./binary.ts";
import { type Detector, show } from "./detector.ts";

/** Slope is taken over this many steps: the difference of two neighbours is mostly noise. Our choice. */
const WINDOW = 5;
/** The condition holds until the slope is below this part of the limit. */
const EASE = 0.8;

export type RateState = { condition: ConditionState; times: number[]; values: number[] };

/** Rate-of-change alarm `tag:rate`: the tag moves faster than `rateAlarmPerS`, either way, over the last six samples. */
export function rateDetector(tag: Tag): Detector<RateState> | null {
  const limit = tag.rateAlarmPerS;
  if (limit === undefined) return null;
  // Cleared after the slope was small for two windows, so that a stepwise ramp stays one alarm.
  const times = { on1Ms: 0, on2Ms: 0, offMs: 2 * WINDOW * tag.expectedIntervalMs };
  const words = `changes faster than ${show(limit)} ${tag.unit} per second`;
  return {
    name: "rate",
    alarmTypes: [`${tag.key}:rate`],
    start: () => ({ condition: startCondition(), times: [], values: [] }),
    step(state, at, value, judged) {
      const { condition } = state;
      if (!judged) {
        pauseCondition(condition);
        state.times.length = 0;
        state.values.length = 0;
        return null;
      }
      state.times.push(at);
      state.values.push(value);
      if (state.times.length <= WINDOW) return null;
      const slope = slopePerS(state.times, state.values);
      state.times.shift();
      state.values.shift();
      const size = Math.abs(slope);
      const kind = stepCondition(condition, times, at, size > limit ? 1 : 0, size > limit * EASE ? 1 : 0);
      return kind
        ? tagStep(tag, "rate", kind, at, condition.onset, slope, limit, words, `${tag.unit}/s`)
        : null;
    },
    end(state, at) {
      if (state.condition.level === 0) return null;
      const step = tagStep(
        tag,
        "rate",
        "cleared",
        at,
        state.condition.onset,
        null,
        limit,
        words,
        `${tag.unit}/s`,
      );
      Object.assign(state.condition, startCondition());
      return step;
    },
  };
}

/** Newest less oldest over the time between them; one outlier in the middle does not count. */
function slopePerS(times: readonly number[], values: readonly number[]): number {
  const last = times.length - 1;
  const seconds = (times[last]! - times[0]!) / 1000;
  return seconds > 0 ? (values[last]! - values[0]!) / seconds : 0;
}

import type { Level, Tag } from "@millwright/shared/domain/model";
import {
  type ConditionState,
  type ConditionTimes,
  pauseCondition,
  startCondition,
  stepCondition,
  type Transition,
} from "../alarm/condition.ts";
import { type Detector, type Step, show } from "./detector.ts";

/** Where the catalogue names no deadband: enough for sensor noise of a quarter percent of span. Our choice. */
const DEFAULT_DEADBAND_OF_SPAN = 0.01;
/** HH and LL must be announced sooner than H and L. PLANT §1.1. */
const URGENT_PART_OF_ON_DELAY = 1 / 3;
const OFF_DELAY_PER_ON_DELAY = 3;

/** `a` is H or L, `b` is HH or LL; the low side is judged as the high side of the negative value. */
type Side = {
  alarmType: string;
  sign: 1 | -1;
  a: number;
  b: number;
  deadband: number;
  times: ConditionTimes;
  levels: [Level, Level];
  words: [string, string];
};

export type LimitState = ConditionState;

/** H/HH (`tag:high`) and L/LL (`tag:low`): two detectors of one kind, none for a tag without such limits. */
export function limitDetectors(tag: Tag): Detector<LimitState>[] {
  const l = tag.limits;
  if (!l) return [];
  const deadband = l.deadband ?? DEFAULT_DEADBAND_OF_SPAN * (tag.span.high - tag.span.low);
  const times = (onMs: number): ConditionTimes => ({
    on1Ms: onMs,
    on2Ms: onMs * URGENT_PART_OF_ON_DELAY,
    offMs: l.offDelayMs ?? OFF_DELAY_PER_ON_DELAY * onMs,
  });
  const detectors: Detector<LimitState>[] = [];
  if (l.high !== undefined || l.highHigh !== undefined) {
    detectors.push(
      sideDetector(tag, {
        alarmType: `${tag.key}:high`,
        sign: 1,
        a: l.high ?? Number.POSITIVE_INFINITY,
        b: l.highHigh ?? Number.POSITIVE_INFINITY,
        deadband,
        times: times(l.onDelayMs ?? 0),
        levels: ["high", "highHigh"],
        words: ["high", "very high"],
      }),
    );
  }
  if (l.low !== undefined || l.lowLow !== undefined) {
    detectors.push(
      sideDetector(tag, {
        alarmType: `${tag.key}:low`,
        sign: -1,
        a: l.low === undefined ? Number.POSITIVE_INFINITY : -l.low,
        b: l.lowLow === undefined ? Number.POSITIVE_INFINITY : -l.lowLow,
        deadband,
        times: times(l.lowOnDelayMs ?? l.onDelayMs ?? 0),
        levels: ["low", "lowLow"],
        words: ["low", "very low"],
      }),
    );
  }
  return detectors;
}

function sideDetector(tag: Tag, side: Side): Detector<LimitState> {
  const { sign, a, b, deadband, times } = side;
  // A tag may have HH without H: then level 2 is all there is, and it must not count as passing level 1's limit early.
  const first = Math.min(a, b);
  return {
    name: "limit",
    alarmTypes: [side.alarmType],
    start: startCondition,
    step(state, at, value, judged) {
      if (!judged) {
        pauseCondition(state);
        return null;
      }
      const x = sign * value;
      const reach = x > b ? 2 : x > first ? 1 : 0;
      const hold = x > b - deadband ? 2 : x > first - deadband ? 1 : 0;
      const kind = stepCondition(state, times, at, reach, hold);
      return kind ? describe(tag, side, state, kind, at, value) : null;
    },
    end(state, at) {
      if (state.level === 0) return null;
      const step = describe(tag, side, { ...state, level: 0 }, "cleared", at, null);
      Object.assign(state, startCondition());
      return step;
    },
  };
}

function describe(
  tag: Tag,
  side: Side,
  state: ConditionState,
  kind: Transition,
  at: number,
  value: number | null,
): Step {
  const urgent = state.level === 2;
  const edge = (urgent ? side.b : Math.min(side.a, side.b)) * side.sign;
  const word = state.level === 0 ? "back to normal" : side.words[urgent ? 1 : 0];
  const reading = value === null ? "" : `: ${show(value)} ${tag.unit}, limit ${show(edge)}`;
  return {
    kind,
    detector: "limit",
    alarmType: side.alarmType,
    level: side.levels[urgent ? 1 : 0],
    at,
    onset: state.onset,
    value,
    limit: edge,
    unit: tag.unit,
    summary: `${tag.name}, ${word}${reading}`,
  };
}

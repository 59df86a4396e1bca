import type { ConditionState } from "./alarm/condition.ts";
import { stepCondition } from "./alarm/condition.ts";
import { type Step, show } from "./detect/detector.ts";

/** X5: how far the device's clock is from ours, from the messages it sends as things happen. */
export type SkewState = {
  /** Device and receive time that the present stretch is measured from, epoch ms; 0 = none. */
  fromTs: number;
  fromReceived: number;
  /** Device time less receive time, ms; null while unknown. */
  ms: number | null;
};

export const startSkew = (): SkewState => ({ fromTs: 0, fromReceived: 0, ms: null });

const STRETCH_MS = 30_000;
/** Over a live stretch both clocks run alike; a backlog (10 to 50 times faster) or a recording played fast does not. */
const ALIKE = { atLeast: 0.5, atMost: 1.5 };
/** A change beyond this is a clock that was set, not jitter. */
const JUMP_MS = 5_000;
const WEIGHT = 0.3;

/** A message with the device's own time stamp. Returns true when the estimate is new. */
export function stepSkew(state: SkewState, ts: number, receivedAt: number): boolean {
  const elapsed = receivedAt - state.fromReceived;
  if (state.fromReceived === 0 || elapsed < 0) {
    state.fromTs = ts;
    state.fromReceived = receivedAt;
    return false;
  }
  if (elapsed < STRETCH_MS) return false;
  const ratio = (ts - state.fromTs) / elapsed;
  state.fromTs = ts;
  state.fromReceived = receivedAt;
  if (ratio < ALIKE.atLeast || ratio > ALIKE.atMost) return false;
  const skew = ts - receivedAt;
  state.ms =
    state.ms === null || Math.abs(skew - state.ms) > JUMP_MS ? skew : state.ms + WEIGHT * (skew - state.ms);
  return true;
}

const LIMIT_MS = 600_000;
const EASE_MS = 540_000;
const AT_ONCE = { on1Ms: 0, on2Ms: 0, offMs: 0 };

/** `device:clock`: more than ten minutes off. */
export function judgeClock(condition: ConditionState, skewMs: number, receivedAt: number): Step | null {
  const size = Math.abs(skewMs);
  const kind = stepCondition(condition, AT_ONCE, receivedAt, size > LIMIT_MS ? 1 : 0, size > EASE_MS ? 1 : 0);
  if (!kind) return null;
  const minutes = skewMs / 60_000;
  return {
    kind,
    detector: "clock",
    alarmType: "device:clock",
    level: null,
    at: receivedAt,
    onset: condition.onset,
    value: minutes,
    limit: LIMIT_MS / 60_000,
    unit: "min",
    summary:
      kind === "cleared"
        ? "Device clock is right again"
        : `Device clock is ${show(Math.round(minutes * 10) / 10)} min off`,
  };
}

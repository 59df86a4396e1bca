/**
 * Condition part of an alarm (ISA-18.2 / IEC 62682): normal → on-delay → active → off-delay → normal, with up to
 * two levels (1 = high, 2 = high-high). Delays run in event time and only between consecutive judged samples: while
 * the machine stands still, or nobody looks, they wait.
 */
export type ConditionState = {
  /** Level that is announced: 0 none. */
  level: 0 | 1 | 2;
  /** Event time at which the present (or pending) occurrence began, epoch ms; 0 while normal. */
  onset: number;
  /** Event time of the last judged sample, epoch ms; -1 after a pause. */
  lastAt: number;
  /** Time at or beyond level 1 and level 2 so far, ms; -1 = not beyond. */
  up1Ms: number;
  up2Ms: number;
  /** Time back inside deadband of level 1 and level 2 so far, ms; -1 = not inside. */
  down1Ms: number;
  down2Ms: number;
};

export type ConditionTimes = { on1Ms: number; on2Ms: number; offMs: number };

export type Transition = "raised" | "escalated" | "eased" | "cleared";

export const startCondition = (): ConditionState => ({
  level: 0,
  onset: 0,
  lastAt: -1,
  up1Ms: -1,
  up2Ms: -1,
  down1Ms: -1,
  down2Ms: -1,
});

/** The next sample was not judged: timers keep what they have and wait. */
export function pauseCondition(state: ConditionState): void {
  state.lastAt = -1;
}

/**
 * One judged sample at `at`. `reach` is the highest level whose limit it passes, `hold` the highest level whose
 * limit less deadband it still passes (hold ≥ reach). Mutates `state` (hot path) and returns what changed, or null.
 * After "cleared" the caller reads `onset` before the next step: it is kept until then.
 */
export function stepCondition(
  state: ConditionState,
  times: ConditionTimes,
  at: number,
  reach: number,
  hold: number,
): Transition | null {
  const normal = state.level === 0;
  // The usual sample: nothing announced, nothing pending, nothing beyond.
  if (normal && reach === 0 && state.up1Ms < 0) {
    state.lastAt = at;
    return null;
  }
  const dt = state.lastAt < 0 || at < state.lastAt ? 0 : at - state.lastAt;
  state.lastAt = at;

  if (reach >= 1) {
    if (state.up1Ms < 0 && normal) state.onset = at;
    state.up1Ms = state.up1Ms < 0 ? 0 : state.up1Ms + dt;
  } else state.up1Ms = -1;
  state.up2Ms = reach >= 2 ? (state.up2Ms < 0 ? 0 : state.up2Ms + dt) : -1;

  if (state.level < 2 && state.up2Ms >= 0 && state.up2Ms >= times.on2Ms) return announce(state, 2);
  if (state.level < 1 && state.up1Ms >= 0 && state.up1Ms >= times.on1Ms) return announce(state, 1);
  if (normal) return null;

  state.down1Ms = hold < 1 ? (state.down1Ms < 0 ? 0 : state.down1Ms + dt) : -1;
  state.down2Ms = state.level === 2 && hold < 2 ? (state.down2Ms < 0 ? 0 : state.down2Ms + dt) : -1;
  if (state.down1Ms >= 0 && state.down1Ms >= times.offMs) return announce(state, 0);
  if (state.down2Ms >= 0 && state.down2Ms >= times.offMs) return announce(state, 1);
  return null;
}

function announce(state: ConditionState, level: 0 | 1 | 2): Transition {
  const from = state.level;
  state.level = level;
  state.down2Ms = -1;
  if (level === 0) {
    state.up1Ms = -1;
    state.up2Ms = -1;
    state.down1Ms = -1;
    return "cleared";
  }
  if (from === 0) {
    state.down1Ms = -1;
    return "raised";
  }
  return level > from ? "escalated" : "eased";
}

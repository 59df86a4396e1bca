import type { RunningSpec } from "../catalog.ts";

/** Operating mode of a machine, from the tags its model names; shared by all devices of the asset. */
export type ModeState = {
  /** Newest value and event time of each running tag, in the rule's order; at 0 = never seen. */
  values: number[];
  ats: number[];
  /** Since when all hold, epoch ms; 0 = not running. */
  runningSince: number;
};

/** All must hold this long before the machine counts as running. PLANT §1.1. */
const RUNNING_AFTER_MS = 10_000;
/** Running before and after a gap shorter than this is taken as running through; after a longer one it settles anew. */
const CARRY_MS = 3_600_000;

export const startMode = (rule: RunningSpec): ModeState => ({
  values: rule.above.map(() => 0),
  ats: rule.above.map(() => 0),
  runningSince: 0,
});

/** A good sample of the running tag number `index`. */
export function stepMode(
  state: ModeState,
  rule: RunningSpec,
  index: number,
  at: number,
  value: number,
): void {
  const before = state.ats[index]!;
  state.values[index] = value;
  state.ats[index] = at;
  for (let i = 0; i < rule.above.length; i++) {
    if (state.ats[i] === 0 || state.values[i]! <= rule.above[i]!) {
      state.runningSince = 0;
      return;
    }
  }
  if (state.runningSince === 0 || at - before > CARRY_MS || at < state.runningSince) state.runningSince = at;
}

/** Whether process limits apply at `at`: running, settled, and the mode is known. */
export function judgesAt(state: ModeState, rule: RunningSpec, at: number): boolean {
  if (state.runningSince === 0 || at - state.runningSince < RUNNING_AFTER_MS + rule.settleMs) return false;
  for (let i = 0; i < rule.staleAfterMs.length; i++) {
    if (at - state.ats[i]! > rule.staleAfterMs[i]!) return false;
  }
  return true;
}

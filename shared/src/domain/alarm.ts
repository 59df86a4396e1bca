/**
 * An alarm's state in three parts that change independently (ISA-18.2, OPC UA Part 9): whether the condition is true,
 * whether somebody has seen it, and whether it is kept from calling anybody. Inhibited is never forgotten: the condition
 * goes on being recorded, only the call stops.
 */
export type Inhibit =
  | { kind: "none" }
  /** Set aside by a person until then, epoch ms. */
  | { kind: "shelved"; until: number }
  /** Set aside by a person until the condition ends. */
  | { kind: "shelved-once" }
  /** Not worth a call in this mode of the machine, by its design. */
  | { kind: "suppressed" }
  | { kind: "out-of-service" };

export type AlarmState = {
  condition: "active" | "cleared";
  /** false and cleared: returned to normal before anybody had seen it. */
  acknowledged: boolean;
  inhibit: Inhibit;
};

/** `at` and `until` are epoch ms. */
export type AlarmEvent =
  | { kind: "raised" | "worse" | "eased" | "cleared" }
  | { kind: "acknowledged" | "unacknowledged" }
  /** until null: once, until the condition ends. */
  | { kind: "shelved"; at: number; until: number | null }
  | { kind: "unshelved" }
  | { kind: "time-passed"; at: number }
  | { kind: "suppressed" | "unsuppressed" }
  | { kind: "out-of-service" | "in-service" };

export type AlarmStep = { ok: true; state: AlarmState } | { ok: false; reason: string };

/** Longest time for which an alarm may be set aside: what nobody looks at for a month is nobody's alarm. Ours. */
export const LONGEST_SHELF_MS = 31 * 86_400_000;

const NONE: Inhibit = { kind: "none" };

/** The one transition function. What an event has nothing to say about stays; `ok: false` says why it may not happen. */
export function stepAlarm(state: AlarmState, event: AlarmEvent): AlarmStep {
  const { condition, inhibit } = state;
  const to = (changes: Partial<AlarmState>): AlarmStep => ({ ok: true, state: { ...state, ...changes } });
  switch (event.kind) {
    case "raised":
      // True again after it was told as over: that return nobody has seen.
      return condition === "active" ? to({}) : to({ condition: "active", acknowledged: false });
    case "worse":
      // Who acknowledged "high" has not yet seen "high high"; what comes after the end changes nothing.
      return condition === "active" ? to({ acknowledged: false }) : to({});
    case "eased":
      return to({});
    case "cleared":
      return to({ condition: "cleared", inhibit: inhibit.kind === "shelved-once" ? NONE : inhibit });
    case "acknowledged":
      return to({ acknowledged: true });
    case "unacknowledged":
      return to({ acknowledged: false });
    case "shelved":
      return shelved(state, event);
    case "unshelved":
      return isShelved(inhibit) ? to({ inhibit: NONE }) : to({});
    case "time-passed":
      if (inhibit.kind !== "shelved" || event.at < inhibit.until) return to({});
      // Nobody was there when it ended by itself: a condition that is still true calls anew.
      return to({ inhibit: NONE, acknowledged: condition === "active" ? false : state.acknowledged });
    case "suppressed":
      return inhibit.kind === "out-of-service" ? to({}) : to({ inhibit: { kind: "suppressed" } });
    case "unsuppressed":
      return inhibit.kind === "suppressed" ? to({ inhibit: NONE }) : to({});
    case "out-of-service":
      return to({ inhibit: { kind: "out-of-service" } });
    case "in-service":
      return inhibit.kind === "out-of-service" ? to({ inhibit: NONE }) : to({});
  }
}

const isShelved = (inhibit: Inhibit) => inhibit.kind === "shelved" || inhibit.kind === "shelved-once";

function shelved(state: AlarmState, { at, until }: Extract<AlarmEvent, { kind: "shelved" }>): AlarmStep {
  const no = (reason: string): AlarmStep => ({ ok: false, reason });
  if (state.inhibit.kind === "out-of-service") return no("it is out of service and calls nobody");
  if (state.inhibit.kind === "suppressed") return no("it is suppressed by design and calls nobody");
  if (until === null) {
    // "Until it is over" of something that is over would keep the next one silent for ever.
    if (state.condition === "cleared") return no("the alarm is over: choose a time until which to shelve it");
    return { ok: true, state: { ...state, inhibit: { kind: "shelved-once" } } };
  }
  if (until <= at) return no("the time must lie ahead");
  if (until - at > LONGEST_SHELF_MS) return no("an alarm may be shelved for at most 31 days");
  return { ok: true, state: { ...state, inhibit: { kind: "shelved", until } } };
}

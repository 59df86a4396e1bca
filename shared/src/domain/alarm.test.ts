import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AlarmEvent, type AlarmState, type Inhibit, LONGEST_SHELF_MS, stepAlarm } from "./alarm.ts";

const NOW = 1_000_000;
const inhibits = {
  none: { kind: "none" },
  shelved: { kind: "shelved", until: NOW + 60_000 },
  once: { kind: "shelved-once" },
  suppressed: { kind: "suppressed" },
  out: { kind: "out-of-service" },
} as const satisfies Record<string, Inhibit>;
type InhibitName = keyof typeof inhibits;

const events = {
  raised: { kind: "raised" },
  worse: { kind: "worse" },
  eased: { kind: "eased" },
  cleared: { kind: "cleared" },
  acknowledged: { kind: "acknowledged" },
  unacknowledged: { kind: "unacknowledged" },
  "shelved for an hour": { kind: "shelved", at: NOW, until: NOW + 3_600_000 },
  "shelved once": { kind: "shelved", at: NOW, until: null },
  "shelved until now": { kind: "shelved", at: NOW, until: NOW },
  "shelved too long": { kind: "shelved", at: NOW, until: NOW + LONGEST_SHELF_MS + 1 },
  unshelved: { kind: "unshelved" },
  "a second passed": { kind: "time-passed", at: NOW + 1000 },
  "the minute passed": { kind: "time-passed", at: NOW + 60_000 },
  suppressed: { kind: "suppressed" },
  unsuppressed: { kind: "unsuppressed" },
  "out of service": { kind: "out-of-service" },
  "in service": { kind: "in-service" },
} as const satisfies Record<string, AlarmEvent>;
type EventName = keyof typeof events;

/** A = active, c = cleared; ! = not acknowledged. "c!" is returned to normal, not acknowledged. */
const lives = {
  "A!": ["active", false],
  A: ["active", true],
  "c!": ["cleared", false],
  c: ["cleared", true],
} as const;
type Life = keyof typeof lives;
const lifeNames = ["A!", "A", "c!", "c"] as const;
const inhibitNames = ["none", "shelved", "once", "suppressed", "out"] as const;

/** Event → [life after, for each life before] with inhibit none. */
const LIVES: Record<EventName, readonly [Life, Life, Life, Life]> = {
  //                       A!    A    c!    c
  raised: ["A!", "A", "A!", "A!"],
  worse: ["A!", "A!", "c!", "c"],
  eased: ["A!", "A", "c!", "c"],
  cleared: ["c!", "c", "c!", "c"],
  acknowledged: ["A", "A", "c", "c"],
  unacknowledged: ["A!", "A!", "c!", "c!"],
  "shelved for an hour": ["A!", "A", "c!", "c"],
  "shelved once": ["A!", "A", "c!", "c"],
  "shelved until now": ["A!", "A", "c!", "c"],
  "shelved too long": ["A!", "A", "c!", "c"],
  unshelved: ["A!", "A", "c!", "c"],
  "a second passed": ["A!", "A", "c!", "c"],
  "the minute passed": ["A!", "A", "c!", "c"],
  suppressed: ["A!", "A", "c!", "c"],
  unsuppressed: ["A!", "A", "c!", "c"],
  "out of service": ["A!", "A", "c!", "c"],
  "in service": ["A!", "A", "c!", "c"],
};

type After = InhibitName | "hour" | "refused";
/** Event → inhibit after, for each inhibit before, of an active alarm. */
const INHIBITS: Record<EventName, readonly [After, After, After, After, After]> = {
  //                      none        shelved    once     suppressed    out
  raised: ["none", "shelved", "once", "suppressed", "out"],
  worse: ["none", "shelved", "once", "suppressed", "out"],
  eased: ["none", "shelved", "once", "suppressed", "out"],
  cleared: ["none", "shelved", "none", "suppressed", "out"],
  acknowledged: ["none", "shelved", "once", "suppressed", "out"],
  unacknowledged: ["none", "shelved", "once", "suppressed", "out"],
  "shelved for an hour": ["hour", "hour", "hour", "refused", "refused"],
  "shelved once": ["once", "once", "once", "refused", "refused"],
  "shelved until now": ["refused", "refused", "refused", "refused", "refused"],
  "shelved too long": ["refused", "refused", "refused", "refused", "refused"],
  unshelved: ["none", "none", "none", "suppressed", "out"],
  "a second passed": ["none", "shelved", "once", "suppressed", "out"],
  "the minute passed": ["none", "none", "once", "suppressed", "out"],
  suppressed: ["suppressed", "suppressed", "suppressed", "suppressed", "out"],
  unsuppressed: ["none", "shelved", "once", "none", "out"],
  "out of service": ["out", "out", "out", "out", "out"],
  "in service": ["none", "shelved", "once", "suppressed", "none"],
};

const stateOf = (life: Life, inhibit: InhibitName): AlarmState => ({
  condition: lives[life][0],
  acknowledged: lives[life][1],
  inhibit: inhibits[inhibit],
});

/** The tables read together: parts are independent but for the two exceptions named here. */
function expected(life: Life, inhibit: InhibitName, event: EventName): AlarmState | "refused" {
  const after = INHIBITS[event][inhibitNames.indexOf(inhibit)]!;
  const over = lives[life][0] === "cleared";
  if (after === "refused") return "refused";
  if (event === "shelved once" && over) return "refused";
  let [condition, acknowledged]: readonly ["active" | "cleared", boolean] =
    lives[LIVES[event][lifeNames.indexOf(life)]!];
  // A shelf that ran out under a condition that is still true calls anew.
  if (event === "the minute passed" && inhibit === "shelved" && condition === "active") acknowledged = false;
  const inhibited: Inhibit = after === "hour" ? { kind: "shelved", until: NOW + 3_600_000 } : inhibits[after];
  return { condition, acknowledged, inhibit: inhibited };
}

describe.each(inhibitNames)("every state × event, inhibit %s", (inhibit) => {
  const rows = lifeNames.flatMap((life) =>
    (Object.keys(events) as EventName[]).map((event) => [life, event] as const),
  );
  test.each(rows)("%s, %s", (life, event) => {
    const step = stepAlarm(stateOf(life, inhibit), events[event]);
    expect(step.ok ? step.state : "refused").toEqual(expected(life, inhibit, event));
  });
});

test("a refusal says why", () => {
  const reason = (state: AlarmState, event: AlarmEvent) => {
    const step = stepAlarm(state, event);
    return step.ok ? null : step.reason;
  };
  expect(reason(stateOf("A!", "none"), events["shelved until now"])).toContain("ahead");
  expect(reason(stateOf("A!", "none"), events["shelved too long"])).toContain("31 days");
  expect(reason(stateOf("c", "none"), events["shelved once"])).toContain("over");
  expect(reason(stateOf("A", "out"), events["shelved once"])).toContain("out of service");
});

test("no sequence of events leaves the known states, and nothing shelved outlives its time", () => {
  const anyEvent = fc.constantFrom(...Object.values<AlarmEvent>(events));
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 40 }), (sequence) => {
      let state: AlarmState = stateOf("A!", "none");
      for (const event of sequence) {
        const step = stepAlarm(state, event);
        if (step.ok) state = step.state;
        expect(state.condition === "cleared" && state.inhibit.kind === "shelved-once").toBe(false);
      }
      const later = stepAlarm(state, { kind: "time-passed", at: NOW + LONGEST_SHELF_MS });
      expect(later.ok && later.state.inhibit.kind).not.toBe("shelved");
    }),
  );
});

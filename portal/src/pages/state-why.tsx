import { isStaff } from "../access/viewer.ts";
import { paths } from "../paths.ts";
import type { AlarmRow } from "../read/rows.ts";
import type { View } from "../views/layout.tsx";
import { readable } from "../views/number.ts";
import { Time } from "../views/parts.tsx";
import { ASSET_SIGNS, AssetSign, type AssetState, stateOfAlarm } from "../views/status.tsx";
import type { Reasons } from "../views/why.tsx";
import type { Condition } from "./condition.ts";

/** Worst first, as lists are sorted. One sentence each, of what makes a machine so. */
const STATE_RULES: Record<AssetState, string> = {
  failure: "an urgent alarm is active, or a value is beyond its outermost limit",
  check: "a sensor does not tell the truth: no data, a value that does not move, spikes, a wrong clock",
  "out-of-spec": "a value is beyond a limit",
  maintenance: "a slow change against the machine's own usual values",
  unknown: "not connected, and silent for more than two minutes",
  stopped: "a value says that it does not run, and nothing is wrong",
  normal: "it sends, and no alarm is active",
};

const WORST = "A machine shows the worst of what is true of it.";

/** "Why Out of specification?": the alarms that make it so, or their absence. */
export function whyState(
  condition: Condition,
  alarms: readonly AlarmRow[],
  view: Pick<View, "now" | "zone" | "viewer">,
): Reasons {
  const { state, lastSeenAt } = condition;
  const word = ASSET_SIGNS[state].word;
  const causes = alarms.filter((alarm) => stateOfAlarm(alarm) === state);
  return {
    title: `Why ${word}?`,
    rule: `${word}: ${STATE_RULES[state]}. ${WORST}`,
    inputs: [
      ...causes.slice(0, 5).map(
        (alarm) =>
          [
            <a
              href={
                alarm.ticketId ? paths.ticket(alarm.ticketId) : paths.asset(alarm.assetId, { tab: "alarms" })
              }
            >
              {readable(alarm.summary)}
            </a>,
            <>
              since <Time at={alarm.onset} reading={view} />
            </>,
          ] as const,
      ),
      ["Last reading", lastSeenAt === null ? "none yet" : <Time at={lastSeenAt} reading={view} />],
      ["Connected", condition.connected ? "yes" : "no"],
    ],
    period: "Now",
    n: [alarms.length, "active alarm"],
  };
}

/** "How do we know?" behind the age of the last reading. */
export function whySeen(condition: Condition, view: Pick<View, "now" | "zone" | "viewer">): Reasons {
  return {
    title: "How fresh is this?",
    rule: `The time at which the newest message of any of the machine's devices was received here. ${
      isStaff(view.viewer) ? "A device is live while its MQTT session is connected. " : ""
    }After two minutes of silence without a connection the machine's state is unknown.`,
    inputs: [
      [
        "Last message",
        condition.lastSeenAt === null ? "none yet" : <Time at={condition.lastSeenAt} reading={view} />,
      ],
      ["Connected", condition.connected ? "yes" : "no"],
    ],
    period: "Now",
  };
}

/** What the states of a whole fleet rest on. */
export function whyFleet(
  machines: number,
  live: boolean,
  counts: readonly (readonly [AssetState, number])[],
): Reasons {
  return {
    title: "How is a machine's state found?",
    rule: (
      <>
        {WORST} {live ? "" : "Live values are not available just now: the states rest on alarms alone. "}
        <ul>
          {counts.map(([state]) => (
            <li>
              <AssetSign state={state} note={STATE_RULES[state]} />
            </li>
          ))}
        </ul>
      </>
    ),
    period: "Now",
    n: [machines, "machine"],
  };
}

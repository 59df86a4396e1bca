import type { DetectorName } from "@millwright/shared/domain/finding";
import type { Level, Priority } from "@millwright/shared/domain/model";
import type { TicketState } from "@millwright/shared/domain/ticket";

/**
 * The one status vocabulary: shape, word and colour of each state, and its place in a sorted list.
 * NAMUR NE 107 for machines, ISA-18.2 for alarms. No page invents its own.
 */
export type AssetState =
  | "failure"
  | "check"
  | "out-of-spec"
  | "maintenance"
  | "unknown"
  | "stopped"
  | "normal";

type Sign = { word: string; class: string; glyph: () => unknown };

const text = (y: string, size: string, fill: string, letter: string) => (
  <text x="8" y={y} text-anchor="middle" font-size={size} font-weight="700" fill={fill}>
    {letter}
  </text>
);

/** In the order of a sorted list: worst first. */
export const ASSET_SIGNS: Record<AssetState, Sign> = {
  failure: {
    word: "Failure",
    class: "st-f",
    glyph: () => (
      <>
        <circle cx="8" cy="8" r="7.25" fill="var(--f)" />
        <path
          d="M5.4 5.4l5.2 5.2M10.6 5.4l-5.2 5.2"
          stroke="var(--f-on)"
          stroke-width="1.8"
          stroke-linecap="round"
        />
      </>
    ),
  },
  check: {
    word: "Check function",
    class: "st-c",
    glyph: () => (
      <>
        <path d="M1.2 2.2h13.6L8 14.6z" fill="var(--c)" stroke="var(--c-edge)" stroke-linejoin="round" />
        {text("9.6", "8.5", "var(--on-warm)", "C")}
      </>
    ),
  },
  "out-of-spec": {
    word: "Out of specification",
    class: "st-s",
    glyph: () => (
      <>
        <path d="M8 1.4l6.9 12.4H1.1z" fill="var(--s)" stroke="var(--s-edge)" stroke-linejoin="round" />
        {text("12.6", "10", "var(--on-warm)", "?")}
      </>
    ),
  },
  maintenance: {
    word: "Maintenance required",
    class: "st-m",
    glyph: () => (
      <>
        <rect x="1.2" y="2.6" width="13.6" height="10.8" rx="1" fill="var(--m)" />
        {text("11.5", "10", "var(--m-on)", "M")}
      </>
    ),
  },
  unknown: {
    word: "Unknown",
    class: "st-u",
    glyph: () => (
      <>
        <circle
          cx="8"
          cy="8"
          r="6"
          fill="none"
          stroke="var(--ink-3)"
          stroke-width="1.5"
          stroke-dasharray="2.4 2.3"
        />
        <path d="M5.6 8h4.8" stroke="var(--ink-3)" stroke-width="1.5" />
      </>
    ),
  },
  stopped: {
    word: "Stopped",
    class: "st-x",
    glyph: () => (
      <rect x="4" y="4" width="8" height="8" fill="none" stroke="var(--ink-3)" stroke-width="1.5" />
    ),
  },
  normal: {
    word: "Normal",
    class: "st-n",
    glyph: () => <circle cx="8" cy="8" r="4.5" fill="none" stroke="var(--line-strong)" stroke-width="1.5" />,
  },
};

const ORDER = Object.keys(ASSET_SIGNS) as AssetState[];
export const ASSET_STATES: readonly AssetState[] = ORDER;
export const byState = (a: AssetState, b: AssetState): number => ORDER.indexOf(a) - ORDER.indexOf(b);

/**
 * What an active alarm says about its machine. Absence of data is no illness: an offline machine is unknown,
 * a doubtful sensor asks for a check; a passed process limit is out of specification, and a failure when urgent;
 * a slow change against the learned baseline asks for maintenance.
 */
export function stateOfAlarm(alarm: {
  detector: DetectorName;
  level: Level | null;
  priority: Priority;
}): AssetState {
  switch (alarm.detector) {
    case "offline":
      return "unknown";
    case "missing":
    case "flat-line":
    case "flapping":
    case "spikes":
    case "clock":
      return "check";
    case "residual":
      return alarm.priority === 1 ? "failure" : "maintenance";
    default:
      return alarm.priority === 1 || alarm.level === "highHigh" || alarm.level === "lowLow"
        ? "failure"
        : "out-of-spec";
  }
}

export function AssetSign({ state, note }: { state: AssetState; note?: string | undefined }) {
  const sign = ASSET_SIGNS[state];
  return (
    <span class={`st ${sign.class}`}>
      <Glyph state={state} />
      <span>
        {sign.word}
        {note ? <span class="mut">, {note}</span> : null}
      </span>
    </span>
  );
}

/** The shape alone, for a place where the word stands beside it or in the accessible name. */
export function Glyph({ state, label }: { state: AssetState; label?: string }) {
  const shape = ASSET_SIGNS[state].glyph();
  return label ? (
    <svg viewBox="0 0 16 16" width="16" height="16" role="img" aria-label={label}>
      {shape}
    </svg>
  ) : (
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      {shape}
    </svg>
  );
}

export const PRIORITY_WORDS: Record<Priority, string> = { 1: "Urgent", 2: "High", 3: "Medium", 4: "Low" };

/** A pennant with its numeral. */
export function PriorityMark({ priority }: { priority: Priority }) {
  return (
    <span class={`pr pr${priority}`}>
      <span class="vh">Priority </span>
      {priority}
      <span class="vh">, {PRIORITY_WORDS[priority].toLowerCase()}</span>
    </span>
  );
}

type AlarmLife = { clearedAt: number | null; acknowledgedAt: number | null };

/** Row class of the three acknowledgement states, and their words. */
export function alarmState(alarm: AlarmLife): { class: string; word: string } {
  if (alarm.clearedAt === null) {
    return alarm.acknowledgedAt === null
      ? { class: "is-new", word: "not acknowledged" }
      : { class: "", word: "acknowledged" };
  }
  return alarm.acknowledgedAt === null
    ? { class: "is-returned", word: "cleared, not acknowledged" }
    : { class: "", word: "cleared" };
}

/** A ring that fills: path of the filled part of each working state, null = empty. */
const RING: Partial<Record<TicketState, string>> = {
  triaged: "M8 8V4.4A3.6 3.6 0 0 1 10.12 5.09z",
  "remote-work": "M8 8V4.4A3.6 3.6 0 0 1 11.60 8.00z",
  "visit-planned": "M8 8V4.4A3.6 3.6 0 0 1 8.00 11.60z",
  "on-site": "M8 8V4.4A3.6 3.6 0 1 1 4.40 8.00z",
  monitoring: "M8 8V4.4A3.6 3.6 0 1 1 5.09 5.88z",
  resolved: "M8 4.4A3.6 3.6 0 1 1 7.99 4.4z",
};

const MARK: Partial<Record<TicketState, string>> = {
  "waiting-customer": "M6.4 5.6v4.8M9.6 5.6v4.8",
  "waiting-parts": "M6.4 5.6v4.8M9.6 5.6v4.8",
  closed: "M5.2 8.2l2 2 3.6-4.2",
  duplicate: "M6 8h4M6 6v4M10 6v4",
  cancelled: "M5.6 8h4.8",
};

const TICKET_WORDS: Record<TicketState, string> = {
  new: "New",
  triaged: "Triaged",
  "remote-work": "Remote work",
  "visit-planned": "Visit planned",
  "on-site": "On site",
  monitoring: "Monitoring",
  resolved: "Resolved",
  closed: "Closed",
  "waiting-customer": "Waiting for customer",
  "waiting-parts": "Waiting for parts",
  duplicate: "Duplicate",
  cancelled: "Cancelled",
};

/** The stages of the track, in order. */
export const STAGES: readonly TicketState[] = [
  "new",
  "triaged",
  "remote-work",
  "visit-planned",
  "on-site",
  "monitoring",
  "resolved",
  "closed",
];

export function ticketWord(state: TicketState, forCustomer: boolean): string {
  return forCustomer && state === "waiting-customer" ? "Waiting for you" : TICKET_WORDS[state];
}

export function TicketSign({ state, forCustomer }: { state: TicketState; forCustomer: boolean }) {
  const ring = RING[state];
  const mark = MARK[state];
  return (
    <span class="st st-n">
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <circle
          cx="8"
          cy="8"
          r="6"
          fill="none"
          stroke="currentColor"
          stroke-width="1.5"
          stroke-dasharray={state === "new" ? "1.5 2.27" : undefined}
        />
        {ring ? <path d={ring} fill="currentColor" /> : null}
        {mark ? <path d={mark} fill="none" stroke="currentColor" stroke-width="1.5" /> : null}
      </svg>
      <span>{ticketWord(state, forCustomer)}</span>
    </span>
  );
}

/** Reason of a grade (shared/domain/quality.ts) in words. */
export const QUALITY_NOTES: Record<string, string> = {
  "clock-ahead": "device clock ahead",
  "clock-implausible": "time of arrival, device clock wrong",
  unlisted: "not in the model's catalogue",
  "below-span": "below the sensor's range",
  "above-span": "above the sensor's range",
  spike: "single spike",
};

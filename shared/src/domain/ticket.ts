/** Life cycle of a ticket. waiting-* pause the clock; duplicate and cancelled end it without work. */
export const TICKET_STATES = [
  "new",
  "triaged",
  "remote-work",
  "visit-planned",
  "on-site",
  "monitoring",
  "resolved",
  "closed",
  "waiting-customer",
  "waiting-parts",
  "duplicate",
  "cancelled",
] as const;
export type TicketState = (typeof TICKET_STATES)[number];

export const ENDED: ReadonlySet<TicketState> = new Set(["closed", "duplicate", "cancelled"]);

const WORKING: readonly TicketState[] = ["triaged", "remote-work", "visit-planned", "on-site"];
const WAITING: readonly TicketState[] = ["waiting-customer", "waiting-parts"];

/** States a person may move the ticket to from `state`. */
export function nextStates(state: TicketState): readonly TicketState[] {
  switch (state) {
    case "new":
      return [...WORKING, ...WAITING, "monitoring", "resolved", "duplicate", "cancelled"];
    case "triaged":
    case "remote-work":
    case "visit-planned":
    case "on-site":
      return [
        ...WORKING.filter((s) => s !== state),
        ...WAITING,
        "monitoring",
        "resolved",
        "duplicate",
        "cancelled",
      ];
    case "waiting-customer":
    case "waiting-parts":
      return [...WORKING, ...WAITING.filter((s) => s !== state), "monitoring", "resolved", "cancelled"];
    case "monitoring":
      return [...WORKING, "resolved"];
    case "resolved":
      return ["closed", "triaged"];
    default:
      return [];
  }
}

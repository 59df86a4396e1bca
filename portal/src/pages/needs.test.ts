import { expect, test } from "vitest";
import type { AlarmRow, TicketRow } from "../read/rows.ts";
import { needsOf } from "./needs.ts";
import type { Problem } from "./problems.ts";

type Given = {
  id: string;
  priority: 1 | 2 | 3 | 4;
  since: number;
  /** Alarms that nobody has acknowledged; null: no active alarm. */
  waiting: number | null;
  ticket?: { assigneeId: string | null; state: TicketRow["state"] };
};

const ticketOf = ({ id, priority, since, ticket }: Given) =>
  ticket ? ({ id, priority, openedAt: since, ...ticket } as TicketRow) : null;
const problemOf = (given: Given): Problem => ({
  key: given.id,
  ticket: ticketOf(given),
  alarms: [{ id: given.id, priority: given.priority } as AlarmRow],
  since: given.since,
  waiting: given.waiting ?? 0,
});

const NEW = { assigneeId: null, state: "new" } as const;
const TAKEN = { assigneeId: "jo", state: "triaged" } as const;

test.each<[string, Given[], string[]]>([
  ["nothing is wrong: nothing needs anybody", [], []],
  [
    "an alarm waits until somebody acknowledges it",
    [
      { id: "a", priority: 2, since: 1, waiting: 1 },
      { id: "b", priority: 1, since: 1, waiting: 0, ticket: TAKEN },
    ],
    ["acknowledge a"],
  ],
  [
    "acknowledged, its ticket still wants an owner",
    [{ id: "a", priority: 2, since: 1, waiting: 0, ticket: NEW }],
    ["claim a"],
  ],
  [
    "a ticket whose alarm waits is told once",
    [{ id: "a", priority: 2, since: 1, waiting: 2, ticket: NEW }],
    ["acknowledge a"],
  ],
  [
    "a ticket without an alarm wants an owner as well",
    [{ id: "a", priority: 3, since: 1, waiting: null, ticket: NEW }],
    ["claim a"],
  ],
  [
    "the most urgent first; what is active before what is written; then who waits longest",
    [
      { id: "late", priority: 2, since: 9, waiting: 1 },
      { id: "early", priority: 2, since: 3, waiting: 1 },
      { id: "paper", priority: 2, since: 1, waiting: null, ticket: NEW },
      { id: "urgent", priority: 1, since: 99, waiting: null, ticket: NEW },
    ],
    ["claim urgent", "acknowledge early", "acknowledge late", "claim paper"],
  ],
])("%s", (_, given, expected) => {
  const problems = given.filter((each) => each.waiting !== null).map(problemOf);
  const tickets = given.map(ticketOf).filter((ticket) => ticket !== null);
  expect(needsOf(problems, tickets).map((need) => `${need.verb} ${need.key}`)).toEqual(expected);
});

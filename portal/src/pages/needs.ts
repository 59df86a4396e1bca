import type { TicketRow } from "../read/rows.ts";
import type { Problem } from "./problems.ts";

/** One thing that waits for a person of the maker, with what that person does next. */
export type Need = {
  key: string;
  verb: "acknowledge" | "claim";
  /** What is active now; null: the ticket rests on no active alarm. */
  problem: Problem | null;
  ticket: TicketRow | null;
  priority: number;
  /** Since when it waits, epoch ms. */
  since: number;
};

/**
 * What needs somebody now: alarms that nobody has acknowledged, and tickets that nobody has taken. Most urgent first;
 * among equals what is active before what only stands written, then what waits longest. What is acknowledged and taken
 * needs its owner alone, and stands in "My tickets".
 */
export function needsOf(problems: readonly Problem[], tickets: readonly TicketRow[]): Need[] {
  const waiting = problems.filter((problem) => problem.waiting > 0);
  const told = new Set(waiting.map((problem) => problem.key));
  const needs = [
    ...waiting.map(
      (problem): Need => ({
        key: problem.key,
        verb: "acknowledge",
        problem,
        ticket: problem.ticket,
        priority: problem.alarms[0].priority,
        since: problem.since,
      }),
    ),
    ...tickets
      .filter((ticket) => ticket.assigneeId === null && ticket.state === "new" && !told.has(ticket.id))
      .map(
        (ticket): Need => ({
          key: ticket.id,
          verb: "claim",
          problem: problems.find((problem) => problem.key === ticket.id) ?? null,
          ticket,
          priority: ticket.priority,
          since: ticket.openedAt,
        }),
      ),
  ];
  const verbs = ["acknowledge", "claim"];
  return needs.sort(
    (a, b) => a.priority - b.priority || verbs.indexOf(a.verb) - verbs.indexOf(b.verb) || a.since - b.since,
  );
}

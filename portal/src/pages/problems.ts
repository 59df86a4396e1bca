import type { ModelCatalog } from "@millwright/shared/domain/model";
import type { AlarmRow, TicketRow } from "../read/rows.ts";

/** What a person deals with as one thing: the alarms of one ticket together, or an alarm that has no ticket. */
export type Problem = {
  key: string;
  /** null: no ticket, or one that the reader's list does not hold. */
  ticket: TicketRow | null;
  /** Most urgent first; the first one speaks for all. Never empty. */
  alarms: [AlarmRow, ...AlarmRow[]];
  /** Onset of the earliest one, epoch ms. */
  since: number;
  /** How many of them nobody has acknowledged. */
  waiting: number;
};

const byUrgency = (a: AlarmRow, b: AlarmRow) => a.priority - b.priority || b.onset - a.onset;

/** One problem per ticket, without what is shelved: what waits for somebody first, then the most urgent, then the newest. */
export function problemsOf(alarms: readonly AlarmRow[], tickets: readonly TicketRow[]): Problem[] {
  const groups = new Map<string, [AlarmRow, ...AlarmRow[]]>();
  for (const alarm of alarms.filter(({ shelf }) => shelf === null).sort(byUrgency)) {
    const key = alarm.ticketId ?? alarm.id;
    const group = groups.get(key);
    if (group) group.push(alarm);
    else groups.set(key, [alarm]);
  }
  return [...groups]
    .map(([key, group]) => ({
      key,
      ticket: tickets.find((ticket) => ticket.id === key) ?? null,
      alarms: group,
      since: Math.min(...group.map((alarm) => alarm.onset)),
      waiting: group.filter((alarm) => alarm.acknowledgedAt === null).length,
    }))
    .sort((a, b) => Number(b.waiting > 0) - Number(a.waiting > 0) || byUrgency(a.alarms[0], b.alarms[0]));
}

/**
 * What the catalogue knows of the problem: the failure mode of its ticket, else the one that its first alarm shows.
 * Among equally urgent alarms the one that this failure mode names speaks first.
 */
export function explained(problem: Problem, model: ModelCatalog | undefined) {
  const modes = model?.failureModes ?? [];
  const mode =
    modes.find((known) => known.code === problem.ticket?.failureMode) ??
    modes.find((known) => known.symptoms.includes(problem.alarms[0].type));
  const named = (alarm: AlarmRow) => (mode?.symptoms.includes(alarm.type) ? 0 : 1);
  const [first, ...rest] = [...problem.alarms].sort(
    (a, b) => a.priority - b.priority || named(a) - named(b) || b.onset - a.onset,
  );
  return { mode, first: first ?? problem.alarms[0], rest };
}

import { alarms, comments, tickets } from "@millwright/shared/db/schema";
import { and, eq, isNull, sql } from "drizzle-orm";
import type { Writer } from "../access/audit.ts";
import { newId } from "../secrets.ts";

export type Ticket = typeof tickets.$inferSelect;
export type Alarm = typeof alarms.$inferSelect;

/** Shown as T-20001; the first of an installation, so that numbers have five digits from the start. */
const FIRST_NUMBER = 20_001;

export function nextTicketNumber(tx: Writer): number {
  const last = tx
    .select({ number: sql<number | null>`max(${tickets.number})` })
    .from(tickets)
    .get();
  return Math.max(FIRST_NUMBER - 1, last?.number ?? 0) + 1;
}

/** A sentence of the service desk itself; `at` is the event time of what it tells. */
export function systemComment(tx: Writer, ticketId: string, text: string, at: number): void {
  tx.insert(comments)
    .values({ id: newId("com"), ticketId, kind: "system", authorName: "Millwright", text, at })
    .run();
}

/** A ticket changes; its time of change never goes back, however late the event came. */
export function changeTicket(
  tx: Writer,
  ticket: Ticket,
  changes: Partial<typeof tickets.$inferInsert>,
  at: number,
): Ticket {
  const values = { ...changes, updatedAt: Math.max(ticket.updatedAt, at) };
  tx.update(tickets).set(values).where(eq(tickets.id, ticket.id)).run();
  return { ...ticket, ...values };
}

/** Under watch once nothing of it is active any more; never closed by itself. */
export function hasActiveAlarm(tx: Writer, ticketId: string): boolean {
  const active = tx
    .select({ id: alarms.id })
    .from(alarms)
    .where(and(eq(alarms.ticketId, ticketId), isNull(alarms.clearedAt)))
    .limit(1)
    .get();
  return active !== undefined;
}

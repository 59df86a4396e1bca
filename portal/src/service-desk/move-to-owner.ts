import { alarms, comments, tickets, user } from "@millwright/shared/db/schema";
import { and, asc, eq, gte, inArray, notLike } from "drizzle-orm";
import type { Writer } from "../access/audit.ts";
import { ticketForAlarm } from "./ticket-for-alarm.ts";
import { type Alarm, changeTicket, hasActiveAlarm, systemComment } from "./ticket-rows.ts";
import { sentences } from "./words.ts";

type Transfer = { assetId: string; from: number; oldCustomerId: string; newCustomerId: string };

/**
 * A transfer told late: alarms that began since `from` belong to the new owner, with the tickets they opened.
 * Tickets opened before stay, as do those a person raised; what the earlier owner's people wrote is not shown
 * to the new one.
 */
export function moveToNewOwner(tx: Writer, transfer: Transfer): void {
  const { assetId, from, oldCustomerId, newCustomerId } = transfer;
  const since = and(
    eq(alarms.assetId, assetId),
    eq(alarms.customerId, oldCustomerId),
    gte(alarms.onset, from),
  );
  const moving = tx.select().from(alarms).where(since).orderBy(asc(alarms.raisedAt), asc(alarms.id)).all();
  if (moving.length === 0) return;
  const movedIds = new Set(moving.map((alarm) => alarm.id));
  tx.update(alarms).set({ customerId: newCustomerId }).where(since).run();

  const opened = tx
    .select()
    .from(tickets)
    .where(
      and(
        eq(tickets.assetId, assetId),
        eq(tickets.customerId, oldCustomerId),
        gte(tickets.openedAt, from),
        notLike(tickets.alarmType, "customer:%"),
      ),
    )
    .all();
  for (const ticket of opened) {
    const own = tx.select({ id: alarms.id }).from(alarms).where(eq(alarms.ticketId, ticket.id)).all();
    // An alarm that had begun before the sale keeps its ticket with the earlier owner.
    if (!own.every((alarm) => movedIds.has(alarm.id))) continue;
    tx.update(tickets).set({ customerId: newCustomerId }).where(eq(tickets.id, ticket.id)).run();
    hideWords(tx, ticket.id, oldCustomerId);
    systemComment(tx, ticket.id, sentences.changedHands(), from);
    for (const alarm of own) movedIds.delete(alarm.id);
  }

  for (const alarm of moving.filter((candidate) => movedIds.has(candidate.id))) {
    const left = alarm.ticketId;
    const moved = { ...alarm, customerId: newCustomerId, ticketId: null };
    tx.update(alarms).set({ ticketId: null }).where(eq(alarms.id, alarm.id)).run();
    const ticket = ticketForAlarm(tx, moved, alarm.raisedAt);
    const over =
      ticket !== null &&
      alarm.clearedAt !== null &&
      !hasActiveAlarm(tx, ticket.id) &&
      ticket.endedAt === null;
    if (over) changeTicket(tx, ticket, { state: "monitoring" }, alarm.clearedAt ?? from);
    if (left !== null) settle(tx, left, alarm, from);
  }
}

function settle(tx: Writer, ticketId: string, alarm: Alarm, at: number): void {
  systemComment(tx, ticketId, sentences.leftBehind(alarm), at);
  const ticket = tx.select().from(tickets).where(eq(tickets.id, ticketId)).get();
  if (!ticket || ticket.endedAt !== null || ticket.state === "resolved" || hasActiveAlarm(tx, ticketId))
    return;
  changeTicket(tx, ticket, { state: "monitoring" }, at);
}

function hideWords(tx: Writer, ticketId: string, oldCustomerId: string): void {
  const theirs = tx.select({ id: user.id }).from(user).where(eq(user.customerId, oldCustomerId));
  tx.update(comments)
    .set({ kind: "internal" })
    .where(and(eq(comments.ticketId, ticketId), inArray(comments.authorId, theirs)))
    .run();
}

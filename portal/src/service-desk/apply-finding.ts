import { alarms, assets, findingsApplied, ownerships, tickets } from "@millwright/shared/db/schema";
import type { Finding } from "@millwright/shared/domain/finding";
import { ENDED } from "@millwright/shared/domain/ticket";
import { and, eq, gt, isNull, lte, ne, or } from "drizzle-orm";
import type { Writer } from "../access/audit.ts";
import { acknowledgementAfter, endShelving, isShelvedAt, openShelving } from "./shelf.ts";
import { noteOnTicket, ticketForAlarm } from "./ticket-for-alarm.ts";
import { type Alarm, changeTicket, hasActiveAlarm, systemComment, type Ticket } from "./ticket-rows.ts";
import { sentences } from "./words.ts";

/**
 * applied: alarm and ticket changed. repeated: this finding was applied before. unknown: no such asset, or nobody
 * owned it then, or the alarm it continues was never raised.
 */
export type Applied =
  | { outcome: "applied"; assetId: string; customerId: string }
  | { outcome: "repeated" | "unknown" };

/** One finding → alarm → ticket. Call it in a transaction; only event time is used, so that a replay ends the same. */
export function applyFinding(tx: Writer, finding: Finding): Applied {
  const { id, alarmId, kind, at, level, value } = finding;
  const first = tx
    .insert(findingsApplied)
    .values({ id, alarmId, kind, at, level, value })
    .onConflictDoNothing()
    .run();
  if (first.changes === 0) return { outcome: "repeated" };
  const earlier = tx.select().from(alarms).where(eq(alarms.id, alarmId)).get();
  if (!earlier) return kind === "cleared" || kind === "eased" ? { outcome: "unknown" } : raise(tx, finding);
  if (kind === "raised") againTrue(tx, earlier, finding);
  else if (kind === "cleared") clear(tx, earlier, at);
  else change(tx, earlier, finding);
  return { outcome: "applied", assetId: earlier.assetId, customerId: earlier.customerId };
}

function raise(tx: Writer, finding: Finding): Applied {
  const customerId = ownerAt(tx, finding.assetId, finding.onset);
  if (customerId === null) return { outcome: "unknown" };
  endEarlier(tx, finding);
  const { id, alarmId, kind, at, alarmType, ...rest } = finding;
  const alarm = tx
    .insert(alarms)
    .values({ ...rest, id: alarmId, type: alarmType, customerId, raisedAt: at })
    .returning()
    .get();
  call(tx, alarm, at);
  return { outcome: "applied", assetId: finding.assetId, customerId };
}

/** Brings the alarm to somebody: by its ticket, unless it is shelved. */
function call(tx: Writer, alarm: Alarm, at: number): void {
  if (isShelvedAt(tx, alarm, at)) noteOnTicket(tx, alarm, at);
  else ticketForAlarm(tx, alarm, at);
}

/** Who owned the asset at that event time, null when nobody did or there is no such asset. */
function ownerAt(tx: Writer, assetId: string, atMs: number): string | null {
  const owned = tx
    .select({ customerId: ownerships.customerId })
    .from(ownerships)
    .innerJoin(assets, eq(assets.id, ownerships.assetId))
    .where(
      and(
        eq(ownerships.assetId, assetId),
        lte(ownerships.from, atMs),
        or(isNull(ownerships.to), gt(ownerships.to, atMs)),
      ),
    )
    .get();
  return owned?.customerId ?? null;
}

/** At most one alarm of a type is open: the one whose end was never told ended when the next began. */
function endEarlier(tx: Writer, finding: Finding): void {
  const open = tx
    .select()
    .from(alarms)
    .where(
      and(
        eq(alarms.assetId, finding.assetId),
        eq(alarms.type, finding.alarmType),
        isNull(alarms.clearedAt),
        ne(alarms.id, finding.alarmId),
      ),
    )
    .get();
  if (open) clear(tx, open, Math.max(open.raisedAt, finding.onset));
}

/** The same occurrence raised once more: true again if it had been told as over. */
function againTrue(tx: Writer, alarm: Alarm, finding: Finding): void {
  if (alarm.clearedAt === null) {
    change(tx, alarm, finding);
    return;
  }
  endEarlier(tx, finding);
  const unseen = acknowledgementAfter(alarm, { kind: "raised" });
  const active = update(tx, alarm, { ...valuesOf(finding), ...unseen, clearedAt: null });
  call(tx, active, finding.at);
}

/** Worse or better, still true. What arrives after the end changes nothing. */
function change(tx: Writer, alarm: Alarm, finding: Finding): void {
  if (alarm.clearedAt !== null) return;
  const worse = finding.priority < alarm.priority;
  const unseen = acknowledgementAfter(alarm, { kind: worse ? "worse" : "eased" });
  const changed = update(tx, alarm, { ...valuesOf(finding), ...unseen });
  const ticket = ticketOf(tx, changed);
  if (!ticket) return;
  if (ENDED.has(ticket.state)) {
    if (worse) call(tx, changed, finding.at);
    return;
  }
  const told = finding.kind === "eased" ? sentences.easier : sentences.worse;
  const text = [told(finding)];
  const raised = finding.priority < ticket.priority && !isShelvedAt(tx, changed, finding.at);
  if (raised) text.push(sentences.morePressing(finding.priority));
  systemComment(tx, ticket.id, text.join(" "), finding.at);
  changeTicket(tx, ticket, raised ? { priority: finding.priority } : {}, finding.at);
}

function clear(tx: Writer, alarm: Alarm, at: number): void {
  if (alarm.clearedAt !== null) return;
  update(tx, alarm, { clearedAt: Math.max(at, alarm.onset) });
  const shelving = openShelving(tx, alarm);
  // Shelved once: until it is over, which is now.
  if (shelving?.until === null) endShelving(tx, shelving, Math.max(at, shelving.at), null);
  const ticket = ticketOf(tx, alarm);
  if (!ticket || ENDED.has(ticket.state)) return;
  systemComment(tx, ticket.id, sentences.cleared(alarm), at);
  const over = !hasActiveAlarm(tx, ticket.id) && ticket.state !== "monitoring" && ticket.state !== "resolved";
  if (over) systemComment(tx, ticket.id, sentences.monitoring(), at);
  changeTicket(tx, ticket, over ? { state: "monitoring" } : {}, at);
}

const valuesOf = ({ level, priority, summary, value, limit, unit }: Finding) => ({
  level,
  priority,
  summary,
  value,
  limit,
  unit,
});

function update(tx: Writer, alarm: Alarm, changes: Partial<typeof alarms.$inferInsert>): Alarm {
  tx.update(alarms).set(changes).where(eq(alarms.id, alarm.id)).run();
  return { ...alarm, ...changes };
}

function ticketOf(tx: Writer, alarm: Alarm): Ticket | undefined {
  if (alarm.ticketId === null) return undefined;
  return tx.select().from(tickets).where(eq(tickets.id, alarm.ticketId)).get();
}

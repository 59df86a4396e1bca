import { alarms, shelvings, tickets } from "@millwright/shared/db/schema";
import { type AlarmEvent, type AlarmState, stepAlarm } from "@millwright/shared/domain/alarm";
import { ENDED } from "@millwright/shared/domain/ticket";
import { and, eq, gte, isNotNull, isNull } from "drizzle-orm";
import type { Writer } from "../access/audit.ts";
import { ticketForAlarm } from "./ticket-for-alarm.ts";
import { type Alarm, changeTicket, systemComment } from "./ticket-rows.ts";
import { sentences } from "./words.ts";

export type Shelving = typeof shelvings.$inferSelect;

/** The shelving of this kind of alarm on this machine that nobody and no time has ended yet. */
export function openShelving(tx: Writer, { assetId, type }: Pick<Alarm, "assetId" | "type">) {
  return tx
    .select()
    .from(shelvings)
    .where(and(eq(shelvings.assetId, assetId), eq(shelvings.type, type), isNull(shelvings.endedAt)))
    .get();
}

/**
 * Whether what happens to the alarm at this event time calls nobody. What is told after the shelf has been taken off
 * calls, however old it is: nobody would come back to it.
 */
export function isShelvedAt(tx: Writer, alarm: Pick<Alarm, "assetId" | "type">, at: number): boolean {
  const shelving = openShelving(tx, alarm);
  return shelving !== undefined && (shelving.until === null || at < shelving.until);
}

/** The row in the words of the domain. */
export function alarmState(alarm: Alarm, shelving: Shelving | undefined): AlarmState {
  return {
    condition: alarm.clearedAt === null ? "active" : "cleared",
    acknowledged: alarm.acknowledgedAt !== null,
    inhibit: shelving
      ? shelving.until === null
        ? { kind: "shelved-once" }
        : { kind: "shelved", until: shelving.until }
      : { kind: "none" },
  };
}

/** What an event does to the acknowledgement, as columns: only ever taken back here, given by a person alone. */
export function acknowledgementAfter(alarm: Alarm, event: AlarmEvent) {
  const step = stepAlarm(alarmState(alarm, undefined), event);
  return step.ok && !step.state.acknowledged && alarm.acknowledgedAt !== null
    ? { acknowledgedAt: null, acknowledgedBy: null }
    : {};
}

/**
 * Takes the shelf off. What came and went under it has been seen by whoever put it there; what is true now calls again,
 * and has its ticket from now on. `by` null: it ended by itself.
 */
export function endShelving(tx: Writer, shelving: Shelving, at: number, by: string | null): void {
  tx.update(shelvings).set({ endedAt: at, endedBy: by }).where(eq(shelvings.id, shelving.id)).run();
  const ofType = and(eq(alarms.assetId, shelving.assetId), eq(alarms.type, shelving.type));
  tx.update(alarms)
    .set({ acknowledgedAt: at, acknowledgedBy: `${shelving.byName}, by shelving` })
    .where(
      and(
        ofType,
        isNotNull(alarms.clearedAt),
        gte(alarms.raisedAt, shelving.at),
        isNull(alarms.acknowledgedAt),
      ),
    )
    .run();
  const active = tx
    .select()
    .from(alarms)
    .where(and(ofType, isNull(alarms.clearedAt)))
    .get();
  if (!active) return;
  const ranOut = by === null && shelving.until !== null;
  const event = ranOut ? ({ kind: "time-passed", at } as const) : ({ kind: "unshelved" } as const);
  const after = stepAlarm(alarmState(active, shelving), event);
  if (after.ok && !after.state.acknowledged) {
    tx.update(alarms)
      .set({ acknowledgedAt: null, acknowledgedBy: null })
      .where(eq(alarms.id, active.id))
      .run();
  }
  callAgain(tx, active, at);
}

function callAgain(tx: Writer, alarm: Alarm, at: number): void {
  if (alarm.ticketId === null) {
    ticketForAlarm(tx, alarm, at);
    return;
  }
  const ticket = tx.select().from(tickets).where(eq(tickets.id, alarm.ticketId)).get();
  if (!ticket || ENDED.has(ticket.state) || alarm.priority >= ticket.priority) return;
  systemComment(tx, ticket.id, `${sentences.worse(alarm)} ${sentences.morePressing(alarm.priority)}`, at);
  changeTicket(tx, ticket, { priority: alarm.priority }, at);
}

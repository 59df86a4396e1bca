import { alarms, assets, models, modelTags, tickets } from "@millwright/shared/db/schema";
import type { DetectorName } from "@millwright/shared/domain/finding";
import type { FailureMode } from "@millwright/shared/domain/model";
import { and, desc, eq, isNotNull, isNull } from "drizzle-orm";
import type { Writer } from "../access/audit.ts";
import { newId } from "../secrets.ts";
import { type Alarm, changeTicket, nextTicketNumber, systemComment, type Ticket } from "./ticket-rows.ts";
import { sentences, ticketDescription, ticketTitle } from "./words.ts";

/** The same alarm within this time after its ticket was closed is the same fault, not repaired. */
const REOPEN_WINDOW_MS = 7 * 86_400_000;

/**
 * Shown and counted, but nobody's work by itself: the values are marked bad and judged by nothing, so the machine is
 * watched as before, and the terminal is tightened at the next visit.
 */
const WITHOUT_TICKET: ReadonlySet<DetectorName> = new Set(["spikes"]);

/**
 * Puts the alarm on a ticket of its own account: the open one of the same alarm type or failure mode; else the one
 * closed in the last seven days, opened again; else a new one. `at` is the event time. null: this kind gets none.
 */
export function ticketForAlarm(tx: Writer, alarm: Alarm, at: number): Ticket | null {
  if (WITHOUT_TICKET.has(alarm.detector)) return null;
  const known = knowledgeOf(tx, alarm);
  const open = openTicket(tx, alarm, known.modes);
  if (open) return join(tx, open, alarm, at);
  const ended = lastEnded(tx, alarm);
  if (ended && at <= ended.endedAt) {
    // Late news of an old event: part of that story, and no reason to call anybody.
    link(tx, alarm, ended.ticket);
    systemComment(tx, ended.ticket.id, sentences.foundLater(alarm), at);
    return ended.ticket;
  }
  if (ended && at - ended.endedAt <= REOPEN_WINDOW_MS && ended.ticket.state === "closed") {
    return reopen(tx, ended.ticket, alarm, at);
  }
  return openNew(tx, alarm, known, at);
}

/** A shelved alarm is written down on the open ticket of its fault, if there is one, and changes nothing else there. */
export function noteOnTicket(tx: Writer, alarm: Alarm, at: number): void {
  if (WITHOUT_TICKET.has(alarm.detector)) return;
  const open = openTicket(tx, alarm, knowledgeOf(tx, alarm).modes);
  if (!open) return;
  link(tx, alarm, open);
  systemComment(tx, open.id, sentences.whileShelved(alarm), at);
}

type Knowledge = { modes: readonly FailureMode[]; assetName: string; tagName: string | null };

function knowledgeOf(tx: Writer, alarm: Alarm): Knowledge {
  const row = tx
    .select({ modes: models.failureModes, assetName: assets.name, tagName: modelTags.name })
    .from(assets)
    .innerJoin(models, eq(models.id, assets.modelId))
    .leftJoin(modelTags, and(eq(modelTags.modelId, models.id), eq(modelTags.key, alarm.tag ?? "")))
    .where(eq(assets.id, alarm.assetId))
    .get();
  return row ?? { modes: [], assetName: alarm.assetId, tagName: null };
}

const ofAccount = (alarm: Alarm) =>
  and(eq(tickets.assetId, alarm.assetId), eq(tickets.customerId, alarm.customerId));

/** The one of this very alarm type first, then the oldest whose failure mode shows this alarm too. */
function openTicket(tx: Writer, alarm: Alarm, modes: readonly FailureMode[]): Ticket | undefined {
  const open = tx
    .select()
    .from(tickets)
    .where(and(ofAccount(alarm), isNull(tickets.endedAt)))
    .orderBy(tickets.openedAt, tickets.number)
    .all();
  return (
    open.find((ticket) => ticket.alarmType === alarm.type) ??
    open.find((ticket) => modes.some((m) => m.code === ticket.failureMode && m.symptoms.includes(alarm.type)))
  );
}

function lastEnded(tx: Writer, alarm: Alarm): { ticket: Ticket; endedAt: number } | undefined {
  const ticket = tx
    .select()
    .from(tickets)
    .where(and(ofAccount(alarm), eq(tickets.alarmType, alarm.type), isNotNull(tickets.endedAt)))
    .orderBy(desc(tickets.endedAt))
    .limit(1)
    .get();
  return ticket?.endedAt == null ? undefined : { ticket, endedAt: ticket.endedAt };
}

function link(tx: Writer, alarm: Alarm, ticket: Ticket): void {
  tx.update(alarms).set({ ticketId: ticket.id }).where(eq(alarms.id, alarm.id)).run();
}

function join(tx: Writer, ticket: Ticket, alarm: Alarm, at: number): Ticket {
  if (ticket.state === "monitoring" || ticket.state === "resolved") return reopen(tx, ticket, alarm, at);
  link(tx, alarm, ticket);
  const priority = moreUrgent(ticket, alarm);
  systemComment(tx, ticket.id, [sentences.joined(alarm), ...pressing(ticket, priority)].join(" "), at);
  return changeTicket(tx, ticket, { priority }, at);
}

const pressing = (ticket: Ticket, priority: Ticket["priority"]): string[] =>
  priority < ticket.priority ? [sentences.morePressing(priority)] : [];

/** Back to whoever had it; to the queue when nobody had. */
function reopen(tx: Writer, ticket: Ticket, alarm: Alarm, at: number): Ticket {
  link(tx, alarm, ticket);
  const priority = moreUrgent(ticket, alarm);
  systemComment(tx, ticket.id, [sentences.cameBack(alarm), ...pressing(ticket, priority)].join(" "), at);
  const state = ticket.assignee === null ? "new" : "triaged";
  return changeTicket(
    tx,
    ticket,
    { state, priority, endedAt: null, reopenedCount: ticket.reopenedCount + 1 },
    at,
  );
}

function openNew(tx: Writer, alarm: Alarm, known: Knowledge, at: number): Ticket {
  const mode = likeliest(known.modes, alarm.type);
  const ticket = tx
    .insert(tickets)
    .values({
      id: ticketId(tx, alarm),
      number: nextTicketNumber(tx),
      assetId: alarm.assetId,
      customerId: alarm.customerId,
      alarmType: alarm.type,
      failureMode: mode?.code ?? null,
      title: ticketTitle(mode, alarm, { asset: known.assetName, tag: known.tagName }),
      description: ticketDescription(mode, alarm),
      priority: mode && mode.priority < alarm.priority ? mode.priority : alarm.priority,
      state: "new",
      openedAt: at,
      updatedAt: at,
    })
    .returning()
    .get();
  link(tx, alarm, ticket);
  systemComment(tx, ticket.id, sentences.opened(alarm), at);
  return ticket;
}

/** Symptoms are listed in the order they appear: the failure that shows this one soonest explains it best. */
function likeliest(modes: readonly FailureMode[], alarmType: string): FailureMode | undefined {
  const rank = (mode: FailureMode) => mode.symptoms.indexOf(alarmType);
  return modes
    .filter((mode) => rank(mode) >= 0)
    .sort((a, b) => rank(a) - rank(b))
    .at(0);
}

/** Derived from the alarm that opens it, so that the same findings give the same tickets; random for its second ticket. */
function ticketId(tx: Writer, alarm: Alarm): string {
  const id = `tkt_${alarm.id}`;
  const taken = tx.select({ id: tickets.id }).from(tickets).where(eq(tickets.id, id)).get();
  return taken ? newId("tkt") : id;
}

/** 1 is the most urgent; a ticket's priority rises by itself and falls only by hand. */
function moreUrgent(ticket: Ticket, alarm: Alarm): Ticket["priority"] {
  return [alarm, ticket].sort((a, b) => a.priority - b.priority)[0]!.priority;
}

import { randomBytes } from "node:crypto";
import type { PortalDb } from "@millwright/shared/db/open";
import { alarms, tickets, user } from "@millwright/shared/db/schema";
import { prioritySchema } from "@millwright/shared/domain/model";
import { ENDED, nextStates, TICKET_STATES } from "@millwright/shared/domain/ticket";
import { Failure } from "@millwright/shared/failure";
import { and, eq, inArray, isNotNull, isNull } from "drizzle-orm";
import { z } from "zod";
import { auditEntry, commit, type Writer } from "../access/audit.ts";
import { tellChange } from "../access/changes.ts";
import { InvalidInput, idSchema, invalid, nameSchema, parseInput, textSchema } from "../access/input.ts";
import { demand, notFound } from "../access/scope.ts";
import { isStaff, mayWrite, type Viewer } from "../access/viewer.ts";
import { findAsset } from "../read/assets.ts";
import type { TicketRow } from "../read/rows.ts";
import { findTicket } from "../read/tickets.ts";
import { newId } from "../secrets.ts";
import { changeTicket, nextTicketNumber, systemComment, type Ticket } from "./ticket-rows.ts";
import { sentences } from "./words.ts";

export const newTicketSchema = z.strictObject({
  assetId: idSchema,
  title: nameSchema,
  description: textSchema,
  /** Default 3, medium. */
  priority: prioritySchema.optional(),
});

/** A person's own ticket, on the account of who owns the asset now. */
export function raiseTicket(
  db: PortalDb,
  viewer: Viewer,
  input: z.input<typeof newTicketSchema>,
  nowMs: number,
): { id: string; number: number } {
  demand(mayWrite(viewer), "raise tickets");
  const { assetId, title, description, priority = 3 } = parseInput(newTicketSchema, input);
  const { customerId } = findAsset(db, viewer, assetId);
  const id = newId("tkt");
  const number = commit(db, (tx) => {
    const number = nextTicketNumber(tx);
    tx.insert(tickets)
      .values({
        id,
        number,
        assetId,
        customerId,
        alarmType: `customer:${randomBytes(9).toString("base64url")}`,
        title,
        description,
        priority,
        state: "new",
        openedAt: nowMs,
        updatedAt: nowMs,
      })
      .run();
    auditEntry(tx, viewer, {
      at: nowMs,
      action: "ticket.raised",
      subject: id,
      customerId,
      detail: { number, title },
    });
    return number;
  });
  tellChange(db, { what: "tickets", assetId, customerId });
  return { id, number };
}

export const moveSchema = z.strictObject({
  to: z.enum(TICKET_STATES),
  /** What it turned out to be; asked for when the ticket is resolved. */
  disposition: z.enum(["real", "false-alarm", "known", "customer-caused"]).optional(),
  /** What was found and done; asked for when the ticket is resolved. */
  resolution: textSchema.optional(),
  /** Id of the ticket this one repeats, for `duplicate`. */
  duplicateOf: idSchema.optional(),
});

/** Throws Failure "conflict" when the ticket's state does not lead there, InvalidInput for what the step asks and lacks. */
export function moveTicket(
  db: PortalDb,
  viewer: Viewer,
  id: string,
  input: z.input<typeof moveSchema>,
  nowMs: number,
): TicketRow {
  const { assetId, customerId } = findTicket(db, viewer, id);
  demand(isStaff(viewer), "move tickets");
  const move = parseInput(moveSchema, input);
  commit(db, (tx) => {
    const ticket = rowOf(tx, id);
    if (!nextStates(ticket.state).includes(move.to)) {
      throw new Failure("conflict", `A ticket that is ${ticket.state} cannot become ${move.to}.`, {
        field: "to",
      });
    }
    const disposition = move.disposition ?? ticket.disposition;
    const resolution = move.resolution ?? ticket.resolution;
    if (move.to === "resolved" || move.to === "closed") demandOutcome(disposition, resolution);
    const duplicateOf =
      move.to === "duplicate" ? demandOriginal(tx, ticket, move.duplicateOf) : ticket.duplicateOf;
    const ended = ENDED.has(move.to);
    const changes = { state: move.to, disposition, resolution, duplicateOf, endedAt: ended ? nowMs : null };
    changeTicket(tx, ticket, changes, nowMs);
    if (ended) acknowledgeEnded(tx, viewer, id, nowMs);
    systemComment(tx, id, sentences.moved(viewer.name, ticket.state, move.to), nowMs);
    auditEntry(tx, viewer, {
      at: nowMs,
      action: "ticket.moved",
      subject: id,
      customerId,
      detail: { from: ticket.state, ...move },
    });
  });
  tellChange(db, { what: "tickets", assetId, customerId });
  return findTicket(db, viewer, id);
}

export const assignSchema = z.strictObject({
  /** User id of one of the maker's staff; null: nobody. */
  assignee: idSchema.nullable(),
});

export function assignTicket(
  db: PortalDb,
  viewer: Viewer,
  id: string,
  input: z.input<typeof assignSchema>,
  nowMs: number,
): TicketRow {
  const { assetId, customerId } = findTicket(db, viewer, id);
  demand(isStaff(viewer), "assign tickets");
  const { assignee } = parseInput(assignSchema, input);
  commit(db, (tx) => {
    const ticket = rowOf(tx, id);
    const name = assignee === null ? null : staffName(tx, assignee);
    // Taking a new ticket on is what triage means.
    const state = assignee !== null && ticket.state === "new" ? "triaged" : ticket.state;
    changeTicket(tx, ticket, { assignee, state }, nowMs);
    systemComment(tx, id, sentences.assigned(viewer.name, name), nowMs);
    auditEntry(tx, viewer, {
      at: nowMs,
      action: "ticket.assigned",
      subject: id,
      customerId,
      detail: { assignee },
    });
  });
  tellChange(db, { what: "tickets", assetId, customerId });
  return findTicket(db, viewer, id);
}

function rowOf(tx: Writer, id: string): Ticket {
  const ticket = tx.select().from(tickets).where(eq(tickets.id, id)).get();
  if (!ticket) throw notFound("ticket");
  return ticket;
}

function demandOutcome(disposition: string | null, resolution: string | null): void {
  const missing = [
    ...(disposition === null ? [{ field: "disposition", message: "say what it turned out to be" }] : []),
    ...(resolution === null ? [{ field: "resolution", message: "say what was found and done" }] : []),
  ];
  if (missing.length > 0) throw new InvalidInput(missing);
}

/** A duplicate names the ticket it repeats, on the same account. */
function demandOriginal(tx: Writer, ticket: Ticket, originalId: string | undefined): string {
  if (originalId === undefined) throw invalid("duplicateOf", "name the ticket that this one repeats");
  const original = tx
    .select({ id: tickets.id })
    .from(tickets)
    .where(and(eq(tickets.id, originalId), eq(tickets.customerId, ticket.customerId)))
    .get();
  if (!original || original.id === ticket.id) throw invalid("duplicateOf", "there is no such other ticket");
  return original.id;
}

/** Whoever ends a ticket has seen its alarms. */
function acknowledgeEnded(tx: Writer, viewer: Viewer, ticketId: string, nowMs: number): void {
  tx.update(alarms)
    .set({ acknowledgedAt: nowMs, acknowledgedBy: viewer.name })
    .where(and(eq(alarms.ticketId, ticketId), isNotNull(alarms.clearedAt), isNull(alarms.acknowledgedAt)))
    .run();
}

function staffName(tx: Writer, id: string): string {
  const staff = tx
    .select({ name: user.name })
    .from(user)
    .where(and(eq(user.id, id), inArray(user.role, ["administrator", "engineer"])))
    .get();
  if (!staff) throw invalid("assignee", "there is no such person on the maker's staff");
  return staff.name;
}

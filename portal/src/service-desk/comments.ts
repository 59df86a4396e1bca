import type { PortalDb } from "@millwright/shared/db/open";
import { comments, tickets } from "@millwright/shared/db/schema";
import { eq } from "drizzle-orm";
import { z } from "zod";
import { auditEntry, commit } from "../access/audit.ts";
import { tellChange } from "../access/changes.ts";
import { parseInput, textSchema } from "../access/input.ts";
import { demand } from "../access/scope.ts";
import { isStaff, mayWrite, type Viewer } from "../access/viewer.ts";
import { findTicket } from "../read/tickets.ts";
import { newId } from "../secrets.ts";

export const newCommentSchema = z.strictObject({
  text: textSchema,
  /** true: for the maker's staff only, never shown to the customer. */
  internal: z.boolean().optional(),
});

export function addComment(
  db: PortalDb,
  viewer: Viewer,
  ticketId: string,
  input: z.input<typeof newCommentSchema>,
  nowMs: number,
): { id: string } {
  const ticket = findTicket(db, viewer, ticketId);
  demand(mayWrite(viewer), "write on tickets");
  const { text, internal = false } = parseInput(newCommentSchema, input);
  if (internal) demand(isStaff(viewer), "write internal notes");
  const id = newId("com");
  const { customerId, assetId } = ticket;
  commit(db, (tx) => {
    tx.insert(comments)
      .values({
        id,
        ticketId,
        kind: internal ? "internal" : "public",
        authorId: viewer.id,
        authorName: viewer.name,
        text,
        at: nowMs,
      })
      .run();
    tx.update(tickets)
      .set({ updatedAt: Math.max(ticket.updatedAt, nowMs) })
      .where(eq(tickets.id, ticketId))
      .run();
    auditEntry(tx, viewer, {
      at: nowMs,
      action: "ticket.commented",
      subject: ticketId,
      customerId,
      detail: { internal },
    });
  });
  tellChange(db, { what: "tickets", assetId, customerId });
  return { id };
}

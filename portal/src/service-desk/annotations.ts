import type { PortalDb } from "@millwright/shared/db/open";
import { annotations, ownerships } from "@millwright/shared/db/schema";
import { and, asc, eq, gt, isNull, lte, or } from "drizzle-orm";
import { z } from "zod";
import { auditEntry, commit } from "../access/audit.ts";
import { tellChange } from "../access/changes.ts";
import { invalid, parseInput, timeSchema } from "../access/input.ts";
import { demand } from "../access/scope.ts";
import { isStaff, mayWrite, type Viewer } from "../access/viewer.ts";
import { type AnnotationRow, findAnnotation, mayChange } from "../read/annotations.ts";
import { findAsset, visibleFrom } from "../read/assets.ts";
import { findModel } from "../read/models.ts";
import { newId } from "../secrets.ts";

/** A note is read beside a chart: longer things belong into a ticket. */
const MOST_CHARACTERS = 2000;

const fields = {
  text: z
    .string()
    .trim()
    .min(1, "must not be empty")
    .max(MOST_CHARACTERS, `must be at most ${MOST_CHARACTERS} characters`),
  /** Epoch ms or ISO 8601. */
  from: timeSchema,
  /** Absent or null: a moment. */
  to: timeSchema.nullable().optional(),
  /** Absent or null: of the whole machine. */
  tag: z.string().max(120).nullable().optional(),
  /** true: for the maker's staff only, never shown to the customer. */
  internal: z.boolean().optional(),
};
export const annotationSchema = z.strictObject(fields);
type Input = z.input<typeof annotationSchema>;

/** Writes a note on the asset, on the account of who owned it at `from`. */
export function addAnnotation(
  db: PortalDb,
  viewer: Viewer,
  assetId: string,
  input: Input,
  nowMs: number,
): AnnotationRow {
  findAsset(db, viewer, assetId);
  demand(mayWrite(viewer), "write notes");
  const values = checked(db, viewer, assetId, input);
  const customerId = accountAt(db, assetId, values.from);
  const row: AnnotationRow = {
    id: newId("ann"),
    assetId,
    customerId,
    ...values,
    authorId: viewer.id,
    authorName: viewer.name,
    createdAt: nowMs,
    removedAt: null,
  };
  commit(db, (tx) => {
    tx.insert(annotations).values(row).run();
    auditEntry(tx, viewer, {
      at: nowMs,
      action: "annotation.added",
      subject: row.id,
      customerId,
      detail: { assetId },
    });
  });
  tell(db, row);
  return row;
}

/** Says all of it anew; the account stays that of its time. Throws Failure "not_found" for one that was taken away. */
export function editAnnotation(
  db: PortalDb,
  viewer: Viewer,
  id: string,
  input: Input,
  nowMs: number,
): AnnotationRow {
  const before = changeable(db, viewer, id);
  if (before.removedAt !== null) throw invalid("text", "This note was removed. Bring it back first.");
  const values = checked(db, viewer, before.assetId, input);
  const customerId = accountAt(db, before.assetId, values.from);
  commit(db, (tx) => {
    tx.update(annotations)
      .set({ ...values, customerId })
      .where(eq(annotations.id, id))
      .run();
    const detail = { assetId: before.assetId, before: before.text };
    auditEntry(tx, viewer, { at: nowMs, action: "annotation.edited", subject: id, customerId, detail });
  });
  tell(db, before);
  return { ...before, ...values, customerId };
}

/** Takes the note away, or with `removed` false brings it back. Doing it twice is doing it once. */
export function setRemoved(
  db: PortalDb,
  viewer: Viewer,
  id: string,
  removed: boolean,
  nowMs: number,
): AnnotationRow {
  const before = changeable(db, viewer, id);
  if ((before.removedAt !== null) === removed) return before;
  const removedAt = removed ? nowMs : null;
  commit(db, (tx) => {
    tx.update(annotations).set({ removedAt }).where(eq(annotations.id, id)).run();
    auditEntry(tx, viewer, {
      at: nowMs,
      action: removed ? "annotation.removed" : "annotation.restored",
      subject: id,
      customerId: before.customerId,
      detail: { assetId: before.assetId },
    });
  });
  tell(db, before);
  return { ...before, removedAt };
}

function changeable(db: PortalDb, viewer: Viewer, id: string): AnnotationRow {
  const row = findAnnotation(db, viewer, id);
  demand(mayChange(viewer, row), "change this note");
  return row;
}

type Values = Pick<AnnotationRow, "text" | "from" | "to" | "tag" | "internal">;

function checked(db: PortalDb, viewer: Viewer, assetId: string, input: Input): Values {
  const { text, from, to = null, tag = null, internal = false } = parseInput(annotationSchema, input);
  if (internal) demand(isStaff(viewer), "write internal notes");
  if (to !== null && to <= from) throw invalid("to", "must be after the start");
  if (from < visibleFrom(db, viewer, assetId)) throw invalid("from", "lies before the machine was yours");
  const model = findModel(db, viewer, findAsset(db, viewer, assetId).modelId);
  if (tag !== null && !model.tags.some((known) => known.key === tag))
    throw invalid("tag", "is not a tag of this machine");
  return { text, from, to, tag, internal };
}

/** Who owned the asset then; before anybody did, the first who does. */
function accountAt(db: PortalDb, assetId: string, atMs: number): string {
  const owned = (then: boolean) =>
    db
      .select({ customerId: ownerships.customerId })
      .from(ownerships)
      .where(
        and(
          eq(ownerships.assetId, assetId),
          then ? lte(ownerships.from, atMs) : undefined,
          then ? or(isNull(ownerships.to), gt(ownerships.to, atMs)) : undefined,
        ),
      )
      .orderBy(asc(ownerships.from))
      .get();
  const row = owned(true) ?? owned(false);
  if (!row) throw invalid("from", "nobody owned the machine then");
  return row.customerId;
}

/** Pages that show the machine are read again: notes are among what they show. */
function tell(db: PortalDb, { assetId, customerId }: AnnotationRow): void {
  tellChange(db, { what: "alarms", assetId, customerId });
}

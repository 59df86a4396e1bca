import type { PortalDb } from "@millwright/shared/db/open";
import { alarms, shelvings } from "@millwright/shared/db/schema";
import { stepAlarm } from "@millwright/shared/domain/alarm";
import { and, eq, isNotNull, isNull, lte } from "drizzle-orm";
import { z } from "zod";
import { auditEntry, commit, systemEntry, type Writer } from "../access/audit.ts";
import { tellChange } from "../access/changes.ts";
import { invalid, parseInput, timeSchema } from "../access/input.ts";
import { demand } from "../access/scope.ts";
import { isStaff, type Viewer } from "../access/viewer.ts";
import { isDiskFull } from "../disk-full.ts";
import { findAlarm } from "../read/alarms.ts";
import type { AlarmRow } from "../read/rows.ts";
import { newId } from "../secrets.ts";
import { alarmState, endShelving, openShelving } from "./shelf.ts";
import type { Alarm } from "./ticket-rows.ts";

export const shelveSchema = z.strictObject({
  /** Ends by itself then; null = once, until the condition ends. */
  until: timeSchema.nullable(),
  reason: z
    .string()
    .trim()
    .min(1, "say why: the next one on duty reads it")
    .max(500, "must be at most 500 characters"),
});

/**
 * Sets this kind of alarm on this machine aside, for a time and with a reason. The condition goes on being recorded;
 * it opens no ticket and calls nobody. Shelving it once more replaces the shelving before.
 */
export function shelveAlarm(
  db: PortalDb,
  viewer: Viewer,
  id: string,
  input: unknown,
  nowMs: number,
): AlarmRow {
  const { assetId, customerId, type } = findAlarm(db, viewer, id);
  demand(isStaff(viewer), "shelve alarms");
  const { until, reason } = parseInput(shelveSchema, input);
  commit(db, (tx) => {
    const earlier = openShelving(tx, { assetId, type });
    const step = stepAlarm(alarmState(rowOf(tx, id), earlier), { kind: "shelved", at: nowMs, until });
    if (!step.ok) throw invalid("until", step.reason);
    if (earlier) {
      tx.update(shelvings)
        .set({ endedAt: nowMs, endedBy: viewer.name })
        .where(eq(shelvings.id, earlier.id))
        .run();
    }
    tx.insert(shelvings)
      .values({
        id: newId("shv"),
        assetId,
        customerId,
        type,
        reason,
        at: earlier?.at ?? nowMs,
        by: viewer.id,
        byName: viewer.name,
        until,
      })
      .run();
    auditEntry(tx, viewer, {
      at: nowMs,
      action: "alarm.shelved",
      subject: id,
      customerId,
      detail: { type, until, reason },
    });
  });
  tellChange(db, { what: "alarms", assetId, customerId });
  return findAlarm(db, viewer, id);
}

/** Takes it off the shelf before its time. One that is not shelved stays as it is. */
export function unshelveAlarm(db: PortalDb, viewer: Viewer, id: string, nowMs: number): AlarmRow {
  const { assetId, customerId, type } = findAlarm(db, viewer, id);
  demand(isStaff(viewer), "unshelve alarms");
  commit(db, (tx) => {
    const shelving = openShelving(tx, { assetId, type });
    if (!shelving) return;
    endShelving(tx, shelving, nowMs, viewer.name);
    auditEntry(tx, viewer, {
      at: nowMs,
      action: "alarm.unshelved",
      subject: id,
      customerId,
      detail: { type },
    });
  });
  tell(db, assetId, customerId);
  return findAlarm(db, viewer, id);
}

/** Ends every shelving whose time has come, as at its time. Cheap when there is none. Gives how many. */
export function endRunOut(db: PortalDb, nowMs: number): number {
  const due = and(isNull(shelvings.endedAt), isNotNull(shelvings.until), lte(shelvings.until, nowMs));
  const ran = db.select().from(shelvings).where(due).all();
  for (const shelving of ran) {
    const { assetId, customerId, type } = shelving;
    const at = shelving.until ?? nowMs;
    commit(db, (tx) => {
      // Another request may have been quicker.
      if (openShelving(tx, shelving)?.id !== shelving.id) return;
      endShelving(tx, shelving, at, null);
      systemEntry(tx, {
        at,
        action: "alarm.shelf-ended",
        subject: shelving.id,
        customerId,
        detail: { assetId, type },
      });
    });
    tell(db, assetId, customerId);
  }
  return ran.length;
}

/** The same before a list is read, so that it never shows one that has run out. A full disk does not keep it from being read. */
export function endRunOutBeforeReading(db: PortalDb, nowMs: number): void {
  try {
    endRunOut(db, nowMs);
  } catch (error) {
    if (!isDiskFull(error)) throw error;
  }
}

function tell(db: PortalDb, assetId: string, customerId: string): void {
  tellChange(db, { what: "alarms", assetId, customerId });
  tellChange(db, { what: "tickets", assetId, customerId });
}

function rowOf(tx: Writer, id: string): Alarm {
  return tx.select().from(alarms).where(eq(alarms.id, id)).get()!;
}

import type { PortalDb } from "@millwright/shared/db/open";
import { alarms } from "@millwright/shared/db/schema";
import { and, eq, isNull } from "drizzle-orm";
import { auditEntry, commit } from "../access/audit.ts";
import { tellChange } from "../access/changes.ts";
import { demand } from "../access/scope.ts";
import { mayWrite, type Viewer } from "../access/viewer.ts";
import { findAlarm } from "../read/alarms.ts";
import type { AlarmRow } from "../read/rows.ts";
import { findTicket } from "../read/tickets.ts";

/** Somebody has seen it. Acknowledging once more changes nothing: the first one keeps the credit. */
export function acknowledgeAlarm(db: PortalDb, viewer: Viewer, id: string, nowMs: number): AlarmRow {
  const { customerId, assetId } = findAlarm(db, viewer, id);
  demand(mayWrite(viewer), "acknowledge alarms");
  commit(db, (tx) => {
    const changed = tx
      .update(alarms)
      .set({ acknowledgedAt: nowMs, acknowledgedBy: viewer.name })
      .where(and(eq(alarms.id, id), isNull(alarms.acknowledgedAt)))
      .run();
    if (changed.changes === 0) return;
    auditEntry(tx, viewer, { at: nowMs, action: "alarm.acknowledged", subject: id, customerId });
  });
  tellChange(db, { what: "alarms", assetId, customerId });
  return findAlarm(db, viewer, id);
}

/** Somebody has seen the problem: every alarm of the ticket that nobody has acknowledged yet. */
export function acknowledgeAlarmsOf(db: PortalDb, viewer: Viewer, ticketId: string, nowMs: number): void {
  const { customerId, assetId } = findTicket(db, viewer, ticketId);
  demand(mayWrite(viewer), "acknowledge alarms");
  commit(db, (tx) => {
    const seen = tx
      .update(alarms)
      .set({ acknowledgedAt: nowMs, acknowledgedBy: viewer.name })
      .where(and(eq(alarms.ticketId, ticketId), isNull(alarms.acknowledgedAt)))
      .returning({ id: alarms.id })
      .all();
    for (const { id } of seen) {
      auditEntry(tx, viewer, { at: nowMs, action: "alarm.acknowledged", subject: id, customerId });
    }
  });
  tellChange(db, { what: "alarms", assetId, customerId });
}

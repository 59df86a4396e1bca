import type { PortalDb } from "@millwright/shared/db/open";
import { alarms } from "@millwright/shared/db/schema";
import { and, eq, isNull } from "drizzle-orm";
import { auditEntry, commit } from "../access/audit.ts";
import { tellChange } from "../access/changes.ts";
import { confinedTo, demand } from "../access/scope.ts";
import { isStaff, mayWrite, type Viewer } from "../access/viewer.ts";
import { findAlarm } from "../read/alarms.ts";
import type { AlarmRow } from "../read/rows.ts";
import { findTicket } from "../read/tickets.ts";

/** Somebody has seen it. Acknowledging once more changes nothing: the first one keeps the credit. */
export function acknowledgeAlarm(db: PortalDb, viewer: Viewer, id: string, nowMs: number): AlarmRow {
  acknowledgeAlarms(db, viewer, [id], nowMs);
  return findAlarm(db, viewer, id);
}

/** All of them or, when the viewer may not see or acknowledge one, none. Gives the ids that were waiting. */
export function acknowledgeAlarms(
  db: PortalDb,
  viewer: Viewer,
  ids: readonly string[],
  nowMs: number,
): string[] {
  const found = ids.map((id) => findAlarm(db, viewer, id));
  demand(mayWrite(viewer), "acknowledge alarms");
  const waiting = found.filter((alarm) => alarm.acknowledgedAt === null);
  commit(db, (tx) => {
    for (const { id, customerId } of waiting) {
      const seen = { acknowledgedAt: nowMs, acknowledgedBy: viewer.name };
      tx.update(alarms)
        .set(seen)
        .where(and(eq(alarms.id, id), isNull(alarms.acknowledgedAt)))
        .run();
      auditEntry(tx, viewer, { at: nowMs, action: "alarm.acknowledged", subject: id, customerId });
    }
  });
  tellAll(db, waiting);
  return waiting.map((alarm) => alarm.id);
}

/**
 * Takes acknowledgements back. One's own, or anybody's for the maker's staff; what somebody else has acknowledged is left
 * as it is. Gives the ids that wait again.
 */
export function unacknowledgeAlarms(
  db: PortalDb,
  viewer: Viewer,
  ids: readonly string[],
  nowMs: number,
): string[] {
  const found = ids.map((id) => findAlarm(db, viewer, id));
  demand(mayWrite(viewer), "acknowledge alarms");
  const taken = found.filter(
    (alarm) => alarm.acknowledgedAt !== null && (isStaff(viewer) || alarm.acknowledgedBy === viewer.name),
  );
  commit(db, (tx) => {
    for (const { id, customerId, acknowledgedBy } of taken) {
      tx.update(alarms).set({ acknowledgedAt: null, acknowledgedBy: null }).where(eq(alarms.id, id)).run();
      const detail = { acknowledgedBy };
      auditEntry(tx, viewer, { at: nowMs, action: "alarm.unacknowledged", subject: id, customerId, detail });
    }
  });
  tellAll(db, taken);
  return taken.map((alarm) => alarm.id);
}

/** Undo of one press of Acknowledge: all that the viewer acknowledged at that moment (epoch ms). Gives how many. */
export function takeBack(db: PortalDb, viewer: Viewer, acknowledgedAt: number, nowMs: number): number {
  demand(mayWrite(viewer), "acknowledge alarms");
  const owner = confinedTo(viewer);
  const own = db
    .select({ id: alarms.id })
    .from(alarms)
    .where(
      and(
        eq(alarms.acknowledgedAt, acknowledgedAt),
        eq(alarms.acknowledgedBy, viewer.name),
        owner === null ? undefined : eq(alarms.customerId, owner),
      ),
    )
    .all();
  return unacknowledgeAlarms(
    db,
    viewer,
    own.map((row) => row.id),
    nowMs,
  ).length;
}

function tellAll(db: PortalDb, changed: readonly AlarmRow[]): void {
  const byAsset = new Map(changed.map(({ assetId, customerId }) => [assetId, { assetId, customerId }]));
  for (const { assetId, customerId } of byAsset.values()) {
    tellChange(db, { what: "alarms", assetId, customerId });
  }
}

/** Somebody has seen the problem: every alarm of the ticket that nobody has acknowledged yet. Gives their ids. */
export function acknowledgeAlarmsOf(db: PortalDb, viewer: Viewer, ticketId: string, nowMs: number): string[] {
  findTicket(db, viewer, ticketId);
  const ids = db
    .select({ id: alarms.id })
    .from(alarms)
    .where(and(eq(alarms.ticketId, ticketId), isNull(alarms.acknowledgedAt)))
    .all()
    .map((row) => row.id);
  demand(mayWrite(viewer), "acknowledge alarms");
  return acknowledgeAlarms(db, viewer, ids, nowMs);
}

import type { PortalDb } from "@millwright/shared/db/open";
import { alarms, assets, auditEntries, customers, ownerships, tickets } from "@millwright/shared/db/schema";
import { and, desc, eq, gt, isNotNull, isNull, ne, type SQL } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import { confinedTo } from "../access/scope.ts";
import type { Viewer } from "../access/viewer.ts";

/** One thing that changed for the viewer; the page makes the sentence. */
export type Change = { at: number; customerName: string } & (
  | { what: "ticket-opened" | "ticket-ended"; id: string; number: number; title: string }
  | { what: "alarm"; assetId: string; assetName: string; summary: string; alarm: AlarmKind }
  | { what: "silent" | "back" | "new-machine" | "owner" | "gone"; assetId: string; assetName: string }
);
type AlarmKind = Pick<typeof alarms.$inferSelect, "detector" | "level" | "priority">;

/** Of each kind; beyond that the list would not be read, and the page says that there is more. */
const MOST = 40;

/**
 * What changed since then, newest first: tickets opened and ended, alarms that opened none, machines silent and back, new
 * machines, new owners. A customer gets what concerns its own account.
 */
export function changesSince(db: PortalDb, viewer: Viewer, since: number): Change[] {
  const owner = confinedTo(viewer);
  const own = (column: SQLiteColumn): SQL | undefined => (owner === null ? undefined : eq(column, owner));
  return [
    ...ticketChanges(db, own, since),
    ...alarmChanges(db, own, since),
    ...(owner === null ? fleetChanges(db, since) : ownFleetChanges(db, owner, since)),
  ].sort((a, b) => b.at - a.at);
}

type Own = (column: SQLiteColumn) => SQL | undefined;

function ticketChanges(db: PortalDb, own: Own, since: number): Change[] {
  const when = { "ticket-opened": tickets.openedAt, "ticket-ended": tickets.endedAt } as const;
  return (Object.keys(when) as (keyof typeof when)[]).flatMap((what) =>
    db
      .select({
        at: when[what],
        id: tickets.id,
        number: tickets.number,
        title: tickets.title,
        customerName: customers.name,
      })
      .from(tickets)
      .innerJoin(customers, eq(customers.id, tickets.customerId))
      .where(and(gt(when[what], since), own(tickets.customerId)))
      .orderBy(desc(when[what]))
      .limit(MOST)
      .all()
      .map((row): Change => ({ ...row, what, at: row.at ?? 0 })),
  );
}

/** An alarm that has a ticket is told by it; a silent machine is told when it is silent and when it is back. */
function alarmChanges(db: PortalDb, own: Own, since: number): Change[] {
  const rows = (at: typeof alarms.raisedAt | typeof alarms.clearedAt, where: SQL | undefined) =>
    db
      .select({
        at,
        assetId: alarms.assetId,
        assetName: assets.name,
        summary: alarms.summary,
        detector: alarms.detector,
        level: alarms.level,
        priority: alarms.priority,
        customerName: customers.name,
      })
      .from(alarms)
      .innerJoin(assets, eq(assets.id, alarms.assetId))
      .innerJoin(customers, eq(customers.id, alarms.customerId))
      .where(and(gt(at, since), where, own(alarms.customerId)))
      .orderBy(desc(at))
      .limit(MOST)
      .all();
  const machine =
    (what: "silent" | "back") =>
    ({ at, assetId, assetName, customerName }: ReturnType<typeof rows>[number]): Change => ({
      what,
      at: at ?? 0,
      assetId,
      assetName,
      customerName,
    });
  const offline = eq(alarms.detector, "offline");
  return [
    ...rows(alarms.raisedAt, and(ne(alarms.detector, "offline"), isNull(alarms.ticketId))).map(
      ({ at, assetId, assetName, summary, customerName, ...alarm }): Change => ({
        what: "alarm",
        at: at ?? 0,
        assetId,
        assetName,
        summary,
        customerName,
        alarm,
      }),
    ),
    ...rows(alarms.raisedAt, offline).map(machine("silent")),
    ...rows(alarms.clearedAt, and(offline, isNotNull(alarms.clearedAt))).map(machine("back")),
  ];
}

/** For the maker: machines that were added, and changes of owner as they were recorded. */
function fleetChanges(db: PortalDb, since: number): Change[] {
  const added = db
    .select({
      at: assets.createdAt,
      assetId: assets.id,
      assetName: assets.name,
      customerName: customers.name,
    })
    .from(assets)
    .innerJoin(ownerships, and(eq(ownerships.assetId, assets.id), isNull(ownerships.to)))
    .innerJoin(customers, eq(customers.id, ownerships.customerId))
    .where(gt(assets.createdAt, since))
    .orderBy(desc(assets.createdAt))
    .limit(MOST)
    .all();
  const sold = db
    .select({
      at: auditEntries.at,
      assetId: assets.id,
      assetName: assets.name,
      customerName: customers.name,
    })
    .from(auditEntries)
    .innerJoin(assets, eq(assets.id, auditEntries.subject))
    .innerJoin(customers, eq(customers.id, auditEntries.customerId))
    .where(and(eq(auditEntries.action, "asset.transferred"), gt(auditEntries.at, since)))
    .orderBy(desc(auditEntries.at))
    .limit(MOST)
    .all();
  return [
    ...added.map((row): Change => ({ ...row, what: "new-machine" })),
    ...sold.map((row): Change => ({ ...row, what: "owner" })),
  ];
}

/** For a customer: machines that are its own since then, and those that no longer are. */
function ownFleetChanges(db: PortalDb, owner: string, since: number): Change[] {
  const when = { "new-machine": ownerships.from, gone: ownerships.to } as const;
  return (Object.keys(when) as (keyof typeof when)[]).flatMap((what) =>
    db
      .select({
        at: when[what],
        assetId: assets.id,
        assetName: assets.name,
        customerName: customers.name,
      })
      .from(ownerships)
      .innerJoin(assets, eq(assets.id, ownerships.assetId))
      .innerJoin(customers, eq(customers.id, ownerships.customerId))
      .where(and(eq(ownerships.customerId, owner), gt(when[what], since)))
      .orderBy(desc(when[what]))
      .limit(MOST)
      .all()
      .map((row): Change => ({ ...row, what, at: row.at ?? 0 })),
  );
}

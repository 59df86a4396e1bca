import type { PortalDb } from "@millwright/shared/db/open";
import { alarms, ownerships, shelvings, tickets } from "@millwright/shared/db/schema";
import { and, eq, isNull, or, sql } from "drizzle-orm";
import { confinedTo } from "../access/scope.ts";
import { isStaff, type Viewer } from "../access/viewer.ts";
import type { Counts } from "./rows.ts";
import { shelvedFor } from "./shelf.ts";

/** The numbers in the navigation, of what the viewer may see. */
export function counts(db: PortalDb, viewer: Viewer): Counts {
  const owner = confinedTo(viewer);
  const ownAlarms = owner === null ? undefined : eq(alarms.customerId, owner);
  const ownTickets = owner === null ? undefined : eq(tickets.customerId, owner);
  const ownAssets = owner === null ? undefined : eq(ownerships.customerId, owner);
  const count = sql<number>`count(*)`;
  const alarmCounts = db
    .select({
      active: sql<number>`coalesce(sum(${alarms.clearedAt} is null), 0)`,
      unacknowledged: sql<number>`coalesce(sum(${alarms.acknowledgedAt} is null), 0)`,
    })
    .from(alarms)
    .leftJoin(shelvings, shelvedFor(viewer))
    .where(and(or(isNull(alarms.clearedAt), isNull(alarms.acknowledgedAt)), isNull(shelvings.id), ownAlarms))
    .get();
  const shelved = isStaff(viewer)
    ? db.select({ count }).from(shelvings).where(isNull(shelvings.endedAt)).get()
    : undefined;
  const openTickets = db
    .select({ count })
    .from(tickets)
    .where(and(isNull(tickets.endedAt), ownTickets))
    .get();
  const ownedAssets = db
    .select({ count })
    .from(ownerships)
    .where(and(isNull(ownerships.to), ownAssets))
    .get();
  return {
    activeAlarms: alarmCounts?.active ?? 0,
    unacknowledgedAlarms: alarmCounts?.unacknowledged ?? 0,
    shelvedAlarms: shelved?.count ?? 0,
    openTickets: openTickets?.count ?? 0,
    assets: ownedAssets?.count ?? 0,
  };
}

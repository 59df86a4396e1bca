import type { PortalDb } from "@millwright/shared/db/open";
import {
  alarms,
  assets,
  customers,
  modelTags,
  shelvings,
  sites,
  tickets,
} from "@millwright/shared/db/schema";
import type { Priority } from "@millwright/shared/domain/model";
import { and, desc, eq, gte, inArray, isNotNull, isNull, lt, or, type SQL, sql } from "drizzle-orm";
import { confinedTo, notFound } from "../access/scope.ts";
import type { Viewer } from "../access/viewer.ts";
import { after, containing, limitOf, pageOf } from "./page.ts";
import type { AlarmRow, Page, PageQuery } from "./rows.ts";
import { isNewestOfShelved, shelvedFor } from "./shelf.ts";

export type AlarmQuery = PageQuery & {
  /**
   * unacknowledged: nobody has acknowledged it, whether or not the condition has ended. shelved: the newest occurrence
   * under each shelving; none for a customer. Default all.
   */
  state?: "active" | "unacknowledged" | "shelved" | "all" | undefined;
  /** false: without what is shelved. */
  shelved?: false | undefined;
  /** Words in the alarm's sentence or in the name of machine or customer. */
  q?: string | undefined;
  priority?: Priority | undefined;
  customerId?: string | undefined;
  assetId?: string | undefined;
  ticketId?: string | undefined;
  /** Alarms that were true at some time in from..to, event time in epoch ms. */
  from?: number | undefined;
  to?: number | undefined;
};

/** Alarms on the viewer's account, newest first: an alarm belongs to who owned the asset at its onset. */
export function listAlarms(db: PortalDb, viewer: Viewer, query: AlarmQuery = {}): Page<AlarmRow> {
  const beside = besides(query);
  const own = and(scope(viewer), ofAlarm(query), after(alarms.raisedAt, alarms.id, "desc", query));
  const newest = [desc(alarms.raisedAt), desc(alarms.id)] as const;
  const most = limitOf(query) + 1;
  // Where the alarms' own columns decide, the page is chosen first, so that only its rows meet the other tables.
  const where = beside
    ? and(own, beside)
    : inArray(
        alarms.id,
        db
          .select({ id: alarms.id })
          .from(alarms)
          .where(own)
          .orderBy(...newest)
          .limit(most),
      );
  const rows = select(db, viewer, where)
    .orderBy(...newest)
    .limit(most)
    .all();
  return pageOf(
    rows,
    query,
    (row) => [row.raisedAt, row.id],
    (shown) => shown,
  );
}

export function findAlarm(db: PortalDb, viewer: Viewer, id: string): AlarmRow {
  const row = select(db, viewer, and(eq(alarms.id, id), scope(viewer))).get();
  if (!row) throw notFound("alarm");
  return row;
}

/** What the alarms' own columns decide. */
function ofAlarm(query: AlarmQuery): SQL | undefined {
  const { state, priority, customerId, assetId, ticketId, from, to } = query;
  return and(
    state === "active" ? isNull(alarms.clearedAt) : undefined,
    state === "unacknowledged" ? isNull(alarms.acknowledgedAt) : undefined,
    priority === undefined ? undefined : eq(alarms.priority, priority),
    customerId === undefined ? undefined : eq(alarms.customerId, customerId),
    assetId === undefined ? undefined : eq(alarms.assetId, assetId),
    ticketId === undefined ? undefined : eq(alarms.ticketId, ticketId),
    from === undefined ? undefined : or(isNull(alarms.clearedAt), gte(alarms.clearedAt, from)),
    to === undefined ? undefined : lt(alarms.onset, to),
  );
}

/** What other tables decide. */
function besides({ state, shelved, q }: AlarmQuery): SQL | undefined {
  return and(
    state === "shelved" ? and(isNotNull(shelvings.id), isNewestOfShelved) : undefined,
    shelved === false ? isNull(shelvings.id) : undefined,
    q ? or(...[alarms.summary, assets.name, customers.name].map((c) => containing(c, q))) : undefined,
  );
}

function scope(viewer: Viewer): SQL | undefined {
  const owner = confinedTo(viewer);
  return owner === null ? undefined : eq(alarms.customerId, owner);
}

function select(db: PortalDb, viewer: Viewer, where: SQL | undefined) {
  return db
    .select({
      id: alarms.id,
      assetId: alarms.assetId,
      assetName: assets.name,
      customerId: alarms.customerId,
      customerName: customers.name,
      // After a sale the asset stands on the new owner's site, which the earlier owner must not learn.
      siteName: sql<string>`case when ${sites.customerId} = ${alarms.customerId} then ${sites.name} else '' end`,
      tag: alarms.tag,
      tagName: modelTags.name,
      type: alarms.type,
      detector: alarms.detector,
      level: alarms.level,
      priority: alarms.priority,
      summary: alarms.summary,
      value: alarms.value,
      limit: alarms.limit,
      unit: alarms.unit,
      onset: alarms.onset,
      raisedAt: alarms.raisedAt,
      clearedAt: alarms.clearedAt,
      acknowledgedAt: alarms.acknowledgedAt,
      acknowledgedBy: alarms.acknowledgedBy,
      backfilled: alarms.backfilled,
      ticketId: alarms.ticketId,
      ticketNumber: tickets.number,
      shelf: {
        until: shelvings.until,
        reason: shelvings.reason,
        by: shelvings.byName,
        at: shelvings.at,
      },
    })
    .from(alarms)
    .innerJoin(assets, eq(assets.id, alarms.assetId))
    .innerJoin(sites, eq(sites.id, assets.siteId))
    .innerJoin(customers, eq(customers.id, alarms.customerId))
    .leftJoin(modelTags, and(eq(modelTags.modelId, assets.modelId), eq(modelTags.key, alarms.tag)))
    .leftJoin(tickets, eq(tickets.id, alarms.ticketId))
    .leftJoin(shelvings, shelvedFor(viewer))
    .where(where);
}

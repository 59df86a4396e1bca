import type { PortalDb } from "@millwright/shared/db/open";
import {
  alarms,
  assets,
  customers,
  devices,
  models,
  ownerships,
  sites,
  tickets,
} from "@millwright/shared/db/schema";
import type { Priority } from "@millwright/shared/domain/model";
import { and, asc, eq, inArray, isNull, or, type SQL, sql } from "drizzle-orm";
import { confinedTo, notFound } from "../access/scope.ts";
import type { Viewer } from "../access/viewer.ts";
import { after, containing, limitOf, pageOf } from "./page.ts";
import type { AssetRow, Page, PageQuery } from "./rows.ts";

export type AssetQuery = PageQuery & {
  customerId?: string | undefined;
  siteId?: string | undefined;
  modelId?: string | undefined;
  /** Words in the asset's name, serial number, site or customer. */
  q?: string | undefined;
};

/** Assets the viewer may see now, by name. */
export function listAssets(db: PortalDb, viewer: Viewer, query: AssetQuery = {}): Page<AssetRow> {
  const words = query.q?.trim();
  const rows = select(
    db,
    and(
      scope(viewer),
      query.customerId === undefined ? undefined : eq(ownerships.customerId, query.customerId),
      query.siteId === undefined ? undefined : eq(assets.siteId, query.siteId),
      query.modelId === undefined ? undefined : eq(assets.modelId, query.modelId),
      words
        ? or(
            ...[assets.name, assets.serialNumber, sites.name, customers.name].map((c) =>
              containing(c, words),
            ),
          )
        : undefined,
      after(assets.name, assets.id, "asc", query),
    ),
  )
    .orderBy(asc(assets.name), asc(assets.id))
    .limit(limitOf(query) + 1)
    .all();
  return pageOf(
    rows,
    query,
    (row) => [row.name, row.id],
    (shown) => withCounts(db, viewer, shown),
  );
}

/** Throws Failure "not_found" for an asset the viewer may not see, as for one that is not there. */
export function findAsset(db: PortalDb, viewer: Viewer, id: string): AssetRow {
  const row = select(db, and(eq(assets.id, id), scope(viewer))).get();
  if (!row) throw notFound("asset");
  return withCounts(db, viewer, [row])[0]!;
}

/** Event time from which the viewer may see the asset's telemetry: a customer, from the start of its own ownership. */
export function visibleFrom(db: PortalDb, viewer: Viewer, assetId: string): number {
  const owner = confinedTo(viewer);
  const row = db
    .select({ customerId: ownerships.customerId, from: ownerships.from })
    .from(ownerships)
    .where(and(eq(ownerships.assetId, assetId), isNull(ownerships.to)))
    .get();
  if (!row || (owner !== null && row.customerId !== owner)) throw notFound("asset");
  return owner === null ? 0 : row.from;
}

function scope(viewer: Viewer): SQL | undefined {
  const owner = confinedTo(viewer);
  return owner === null ? undefined : eq(ownerships.customerId, owner);
}

function select(db: PortalDb, where: SQL | undefined) {
  return db
    .select({
      id: assets.id,
      serialNumber: assets.serialNumber,
      name: assets.name,
      modelId: assets.modelId,
      modelKey: models.key,
      modelName: models.name,
      siteId: assets.siteId,
      siteName: sites.name,
      timeZone: sites.timeZone,
      customerId: ownerships.customerId,
      customerName: customers.name,
      createdAt: assets.createdAt,
    })
    .from(assets)
    .innerJoin(ownerships, and(eq(ownerships.assetId, assets.id), isNull(ownerships.to)))
    .innerJoin(customers, eq(customers.id, ownerships.customerId))
    .innerJoin(sites, eq(sites.id, assets.siteId))
    .innerJoin(models, eq(models.id, assets.modelId))
    .where(where);
}

type Bare = Omit<AssetRow, "deviceIds" | "worstPriority" | "activeAlarms" | "openTickets">;

/** Whoever asks: of these assets, or of all (null), in no order. For the fleet index, which scopes by itself. */
export function assetRows(
  db: PortalDb,
  assetIds: readonly string[] | null,
): Omit<AssetRow, "worstPriority" | "activeAlarms" | "openTickets">[] {
  const rows = select(db, assetIds === null ? undefined : inArray(assets.id, assetIds)).all();
  const deviceIdsByAsset = deviceIdsOf(db, assetIds);
  return rows.map((row) => ({ ...row, deviceIds: deviceIdsByAsset.get(row.id) ?? [] }));
}

/** A customer's counts leave out what belongs to an earlier owner. */
function withCounts(db: PortalDb, viewer: Viewer, rows: Bare[]): AssetRow[] {
  const ids = rows.map((row) => row.id);
  const owner = confinedTo(viewer);
  const alarmCounts = db
    .select({
      assetId: alarms.assetId,
      count: sql<number>`count(*)`,
      worst: sql<Priority>`min(${alarms.priority})`,
    })
    .from(alarms)
    .where(
      and(
        inArray(alarms.assetId, ids),
        isNull(alarms.clearedAt),
        owner === null ? undefined : eq(alarms.customerId, owner),
      ),
    )
    .groupBy(alarms.assetId)
    .all();
  const ticketCounts = db
    .select({ assetId: tickets.assetId, count: sql<number>`count(*)` })
    .from(tickets)
    .where(
      and(
        inArray(tickets.assetId, ids),
        isNull(tickets.endedAt),
        owner === null ? undefined : eq(tickets.customerId, owner),
      ),
    )
    .groupBy(tickets.assetId)
    .all();
  const alarmsByAsset = new Map(alarmCounts.map((row) => [row.assetId, row]));
  const ticketsByAsset = new Map(ticketCounts.map((row) => [row.assetId, row.count]));
  const deviceIdsByAsset = deviceIdsOf(db, ids);
  return rows.map((row) => ({
    ...row,
    deviceIds: deviceIdsByAsset.get(row.id) ?? [],
    worstPriority: alarmsByAsset.get(row.id)?.worst ?? null,
    activeAlarms: alarmsByAsset.get(row.id)?.count ?? 0,
    openTickets: ticketsByAsset.get(row.id) ?? 0,
  }));
}

/** Devices of each asset that are not revoked, oldest first. */
function deviceIdsOf(db: PortalDb, assetIds: readonly string[] | null): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const rows = db
    .select({ id: devices.id, assetId: devices.assetId })
    .from(devices)
    .where(and(assetIds === null ? undefined : inArray(devices.assetId, assetIds), isNull(devices.revokedAt)))
    .orderBy(asc(devices.createdAt), asc(devices.id))
    .all();
  for (const { id, assetId } of rows) {
    if (assetId !== null) found.set(assetId, [...(found.get(assetId) ?? []), id]);
  }
  return found;
}

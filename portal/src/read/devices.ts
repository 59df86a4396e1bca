import type { PortalDb } from "@millwright/shared/db/open";
import { assets, customers, devices, ownerships, sites } from "@millwright/shared/db/schema";
import { and, asc, eq, exists, inArray, isNull, or, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import { confinedTo, notFound } from "../access/scope.ts";
import type { Viewer } from "../access/viewer.ts";
import { after, limitOf, pageOf } from "./page.ts";
import type { DeviceRow, Page, PageQuery } from "./rows.ts";

export type DeviceQuery = PageQuery & {
  assetId?: string | undefined;
  customerId?: string | undefined;
  /** Those behind this gateway. */
  gatewayId?: string | undefined;
};

const gateways = alias(devices, "gateways");
const children = alias(devices, "children");
const childOwnerships = alias(ownerships, "child_ownerships");
/** Who owns the asset now, or the gateway's site. */
const owner = sql<string | null>`coalesce(${ownerships.customerId}, ${sites.customerId})`;
const isPlaceless = (row: DeviceRow) => row.kind === "gateway" && row.siteId === null;

/**
 * Devices of assets the viewer may see, and gateways: those of the viewer's sites, and those without a site that have
 * such a device behind them. By name.
 */
export function listDevices(db: PortalDb, viewer: Viewer, query: DeviceQuery = {}): Page<DeviceRow> {
  const rows = select(
    db,
    and(
      scope(db, viewer),
      query.assetId === undefined ? undefined : eq(devices.assetId, query.assetId),
      query.gatewayId === undefined ? undefined : eq(devices.gatewayId, query.gatewayId),
      query.customerId === undefined ? undefined : ownedBy(db, query.customerId),
      after(devices.name, devices.id, "asc", query),
    ),
  )
    .orderBy(asc(devices.name), asc(devices.id))
    .limit(limitOf(query) + 1)
    .all();
  return pageOf(
    rows,
    query,
    (row) => [row.name, row.id],
    (shown) => withGatewayCustomer(db, viewer, shown),
  );
}

export function findDevice(db: PortalDb, viewer: Viewer, id: string): DeviceRow {
  const row = select(db, and(eq(devices.id, id), scope(db, viewer))).get();
  if (!row) throw notFound("device");
  return withGatewayCustomer(db, viewer, [row])[0]!;
}

function scope(db: PortalDb, viewer: Viewer): SQL | undefined {
  const owner = confinedTo(viewer);
  return owner === null ? undefined : ownedBy(db, owner);
}

function ownedBy(db: PortalDb, customerId: string): SQL | undefined {
  const ownChild = db
    .select({ one: sql`1` })
    .from(children)
    .innerJoin(
      childOwnerships,
      and(eq(childOwnerships.assetId, children.assetId), isNull(childOwnerships.to)),
    )
    .where(and(eq(children.gatewayId, devices.id), eq(childOwnerships.customerId, customerId)));
  return or(eq(owner, customerId), and(isNull(devices.siteId), exists(ownChild)));
}

function select(db: PortalDb, where: SQL | undefined) {
  return db
    .select({
      id: devices.id,
      name: devices.name,
      kind: devices.kind,
      assetId: devices.assetId,
      assetName: assets.name,
      gatewayId: devices.gatewayId,
      gatewayName: gateways.name,
      siteId: devices.siteId,
      siteName: sites.name,
      customerId: owner,
      customerName: customers.name,
      createdAt: devices.createdAt,
      revokedAt: devices.revokedAt,
    })
    .from(devices)
    .leftJoin(assets, eq(assets.id, devices.assetId))
    .leftJoin(ownerships, and(eq(ownerships.assetId, devices.assetId), isNull(ownerships.to)))
    .leftJoin(sites, eq(sites.id, devices.siteId))
    .leftJoin(customers, eq(customers.id, owner))
    .leftJoin(gateways, eq(gateways.id, devices.gatewayId))
    .where(where);
}

/** A gateway without a site stands where the devices behind it stand. */
function withGatewayCustomer(db: PortalDb, viewer: Viewer, rows: DeviceRow[]): DeviceRow[] {
  const ids = rows.filter(isPlaceless).map((row) => row.id);
  if (ids.length === 0) return rows;
  const only = confinedTo(viewer);
  const found = db
    .select({ gatewayId: children.gatewayId, customerId: customers.id, customerName: customers.name })
    .from(children)
    .innerJoin(ownerships, and(eq(ownerships.assetId, children.assetId), isNull(ownerships.to)))
    .innerJoin(customers, eq(customers.id, ownerships.customerId))
    .where(and(inArray(children.gatewayId, ids), only === null ? undefined : eq(ownerships.customerId, only)))
    .orderBy(asc(children.createdAt), asc(children.id))
    .all();
  return rows.map((row) => {
    const first = isPlaceless(row) ? found.find((f) => f.gatewayId === row.id) : undefined;
    return first ? { ...row, customerId: first.customerId, customerName: first.customerName } : row;
  });
}

import type { PortalDb } from "@millwright/shared/db/open";
import { customers, devices, models, provisioningKeys, sites } from "@millwright/shared/db/schema";
import { and, desc, eq, type SQL } from "drizzle-orm";
import { demand, notFound } from "../access/scope.ts";
import { isStaff, type Viewer } from "../access/viewer.ts";
import { after, limitOf, pageOf } from "./page.ts";
import type { Page, PageQuery, ProvisioningKeyRow } from "./rows.ts";

/** Provisioning keys, newest first; for the maker's staff. Their secrets are not kept. */
export function listProvisioningKeys(
  db: PortalDb,
  viewer: Viewer,
  query: PageQuery & { customerId?: string | undefined } = {},
): Page<ProvisioningKeyRow> {
  demand(isStaff(viewer), "read provisioning keys");
  const { customerId } = query;
  const rows = select(
    db,
    and(
      customerId === undefined ? undefined : eq(provisioningKeys.customerId, customerId),
      after(provisioningKeys.createdAt, provisioningKeys.id, "desc", query),
    ),
  )
    .orderBy(desc(provisioningKeys.createdAt), desc(provisioningKeys.id))
    .limit(limitOf(query) + 1)
    .all();
  return pageOf(
    rows,
    query,
    (row) => [row.createdAt, row.id],
    (shown) => shown,
  );
}

export function findProvisioningKey(db: PortalDb, viewer: Viewer, id: string): ProvisioningKeyRow {
  demand(isStaff(viewer), "read provisioning keys");
  const row = select(db, eq(provisioningKeys.id, id)).get();
  if (!row) throw notFound("provisioning key");
  return row;
}

const MOST_SHOWN = 500;

/** What registered itself with the key, newest first. */
export function devicesMadeBy(db: PortalDb, viewer: Viewer, keyId: string) {
  demand(isStaff(viewer), "read provisioning keys");
  return db
    .select({
      id: devices.id,
      name: devices.name,
      createdAt: devices.createdAt,
      revokedAt: devices.revokedAt,
    })
    .from(devices)
    .where(eq(devices.provisionedBy, keyId))
    .orderBy(desc(devices.createdAt), desc(devices.id))
    .limit(MOST_SHOWN)
    .all();
}

function select(db: PortalDb, where: SQL | undefined) {
  return db
    .select({
      id: provisioningKeys.id,
      name: provisioningKeys.name,
      provisionDeviceKey: provisioningKeys.key,
      modelId: provisioningKeys.modelId,
      modelName: models.name,
      customerId: provisioningKeys.customerId,
      customerName: customers.name,
      siteId: provisioningKeys.siteId,
      siteName: sites.name,
      uses: provisioningKeys.uses,
      used: provisioningKeys.used,
      refused: provisioningKeys.refused,
      lastRefusedAt: provisioningKeys.lastRefusedAt,
      lastRefusal: provisioningKeys.lastRefusal,
      createdAt: provisioningKeys.createdAt,
      createdBy: provisioningKeys.createdBy,
      expiresAt: provisioningKeys.expiresAt,
      revokedAt: provisioningKeys.revokedAt,
    })
    .from(provisioningKeys)
    .innerJoin(models, eq(models.id, provisioningKeys.modelId))
    .innerJoin(customers, eq(customers.id, provisioningKeys.customerId))
    .innerJoin(sites, eq(sites.id, provisioningKeys.siteId))
    .where(where);
}

import { join } from "node:path";
import { openPortalDb, PORTAL_DB, type PortalDb } from "@millwright/shared/db/open";
import { assets, customers, devices, models, modelTags, sites } from "@millwright/shared/db/schema/fleet";
import type { ModelCatalog } from "@millwright/shared/domain/model";

/** A portal database with one customer, one site and one model, as the portal would have written it. */
export function seedPortal(dataDir: string, model: ModelCatalog): PortalDb {
  const db = openPortalDb(join(dataDir, PORTAL_DB));
  db.insert(customers).values({ id: "c1", name: "Customer", createdAt: 0 }).run();
  db.insert(sites).values({ id: "s1", customerId: "c1", name: "Site", timeZone: "UTC", createdAt: 0 }).run();
  const { key, name, running } = model;
  db.insert(models)
    .values({
      id: "m1",
      key,
      name,
      running: running ?? null,
      failureModes: model.failureModes ?? [],
      createdAt: 0,
    })
    .run();
  for (const [position, { span, ...tag }] of model.tags.entries()) {
    db.insert(modelTags)
      .values({ modelId: "m1", position, spanLow: span.low, spanHigh: span.high, ...tag })
      .run();
  }
  return db;
}

/** `siteId`: where its machine stands. */
export function addDevice(
  db: PortalDb,
  id: string,
  { siteId = "s1", ...more }: { gatewayId?: string; name?: string; siteId?: string } = {},
): void {
  db.insert(assets)
    .values({ id: `asset-${id}`, serialNumber: id, name: id, modelId: "m1", siteId, createdAt: 0 })
    .run();
  db.insert(devices)
    .values({ id, name: id, kind: "device", assetId: `asset-${id}`, createdAt: 0, ...more })
    .run();
}

export function addGateway(db: PortalDb, id: string, siteId: string | null = null): void {
  db.insert(devices).values({ id, name: id, kind: "gateway", siteId, createdAt: 0 }).run();
}

/** Another place, of another customer. */
export function addSite(db: PortalDb, id: string): void {
  const customerId = `customer-${id}`;
  db.insert(customers).values({ id: customerId, name: customerId, createdAt: 0 }).run();
  db.insert(sites).values({ id, customerId, name: id, timeZone: "UTC", createdAt: 0 }).run();
}

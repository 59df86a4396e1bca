import type { PortalDb } from "@millwright/shared/db/open";
import { assets, models, ownerships, sites } from "@millwright/shared/db/schema";
import { Failure } from "@millwright/shared/failure";
import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { auditEntry, commit, type Writer } from "../access/audit.ts";
import { idSchema, invalid, nameSchema, parseInput, timeSchema } from "../access/input.ts";
import { demand } from "../access/scope.ts";
import { isStaff, type Viewer } from "../access/viewer.ts";
import { newId } from "../secrets.ts";
import { demandCustomer } from "./customers.ts";

export const newAssetSchema = z.strictObject({
  serialNumber: nameSchema,
  name: nameSchema,
  modelId: idSchema,
  siteId: idSchema,
  customerId: idSchema,
  /** When the customer's ownership began. Default: since ever. */
  ownedFrom: timeSchema.optional(),
});

/** A serial-numbered machine and who owns it. Throws Failure "conflict" when the serial number is taken. */
export function createAsset(
  db: PortalDb,
  viewer: Viewer,
  input: z.input<typeof newAssetSchema>,
  nowMs: number,
): { id: string } {
  demand(isStaff(viewer), "add assets");
  const { customerId, ownedFrom, ...asset } = parseInput(newAssetSchema, input);
  const from = ownedFrom ?? 0;
  if (from > nowMs) throw invalid("ownedFrom", "must not be in the future");
  const id = newId("ast");
  return commit(db, (tx) => {
    demandCustomer(tx, customerId);
    demandSite(tx, asset.siteId, customerId);
    if (!tx.select().from(models).where(eq(models.id, asset.modelId)).get()) {
      throw invalid("modelId", "there is no such model");
    }
    insertAsset(tx, { id, ...asset, createdAt: nowMs }, customerId, from);
    const detail = { serialNumber: asset.serialNumber, ownedFrom: from };
    auditEntry(tx, viewer, { at: nowMs, action: "asset.created", subject: id, customerId, detail });
    return { id };
  });
}

/** The asset and its first owner. Throws Failure "conflict" when the serial number is taken. */
export function insertAsset(
  tx: Writer,
  asset: typeof assets.$inferInsert,
  customerId: string,
  from: number,
): void {
  if (tx.select().from(assets).where(eq(assets.serialNumber, asset.serialNumber)).get()) {
    throw new Failure("conflict", `There is an asset with serial number ${asset.serialNumber} already.`, {
      field: "serialNumber",
    });
  }
  tx.insert(assets).values(asset).run();
  tx.insert(ownerships)
    .values({ id: newId("own"), assetId: asset.id, customerId, from, to: null })
    .run();
}

/** Throws InvalidInput unless the site is one of the customer's. */
export function demandSite(db: Writer, siteId: string, customerId: string): void {
  const site = db
    .select({ id: sites.id })
    .from(sites)
    .where(and(eq(sites.id, siteId), eq(sites.customerId, customerId)))
    .get();
  if (!site) throw invalid("siteId", "there is no such site of this customer");
}

import type { PortalDb } from "@millwright/shared/db/open";
import { assets, ownerships, sites } from "@millwright/shared/db/schema";
import { and, asc, eq, isNull } from "drizzle-orm";
import { z } from "zod";
import { auditEntry, commit, type Writer } from "../access/audit.ts";
import { idSchema, invalid, parseInput, timeSchema } from "../access/input.ts";
import { demand, notFound } from "../access/scope.ts";
import { isStaff, type Viewer } from "../access/viewer.ts";
import { findAsset } from "../read/assets.ts";
import { newId } from "../secrets.ts";
import { moveToNewOwner } from "../service-desk/move-to-owner.ts";
import { demandSite } from "./assets.ts";
import { demandCustomer } from "./customers.ts";

export const transferSchema = z.strictObject({
  customerId: idSchema,
  /** Where it stands now. Default: the new owner's first site, or a new one in the same place when it has none. */
  siteId: idSchema.optional(),
  /** Start of the new ownership, not in the future. */
  from: timeSchema,
});

/**
 * The asset changes hands at `from`. What happened before stays with the earlier owner; alarms and their tickets
 * since then go to the new one.
 */
export function transferAsset(
  db: PortalDb,
  viewer: Viewer,
  assetId: string,
  input: z.input<typeof transferSchema>,
  nowMs: number,
): { ownershipId: string } {
  findAsset(db, viewer, assetId);
  demand(isStaff(viewer), "transfer assets");
  const { customerId, siteId, from } = parseInput(transferSchema, input);
  if (from > nowMs) throw invalid("from", "must not be in the future");
  return commit(db, (tx) => {
    const open = tx
      .select()
      .from(ownerships)
      .where(and(eq(ownerships.assetId, assetId), isNull(ownerships.to)))
      .get();
    if (!open) throw notFound("asset");
    demandCustomer(tx, customerId);
    if (open.customerId === customerId) throw invalid("customerId", "owns the asset already");
    if (from <= open.from) throw invalid("from", "must be after the start of the present ownership");
    if (siteId !== undefined) demandSite(tx, siteId, customerId);
    const newSiteId = siteId ?? siteFor(tx, assetId, customerId, nowMs);
    const ownershipId = newId("own");
    tx.update(ownerships).set({ to: from }).where(eq(ownerships.id, open.id)).run();
    tx.insert(ownerships).values({ id: ownershipId, assetId, customerId, from, to: null }).run();
    tx.update(assets).set({ siteId: newSiteId }).where(eq(assets.id, assetId)).run();
    moveToNewOwner(tx, { assetId, from, oldCustomerId: open.customerId, newCustomerId: customerId });
    auditEntry(tx, viewer, {
      at: nowMs,
      action: "asset.transferred",
      subject: assetId,
      customerId,
      detail: { from, earlierOwner: open.customerId, siteId: newSiteId },
    });
    return { ownershipId };
  });
}

/** The machine must not stay on a site of its earlier owner, whose name the new one would read. */
function siteFor(tx: Writer, assetId: string, customerId: string, nowMs: number): string {
  const first = tx
    .select({ id: sites.id })
    .from(sites)
    .where(eq(sites.customerId, customerId))
    .orderBy(asc(sites.createdAt), asc(sites.id))
    .get();
  if (first) return first.id;
  const place = tx
    .select({
      assetName: assets.name,
      timeZone: sites.timeZone,
      latitude: sites.latitude,
      longitude: sites.longitude,
    })
    .from(assets)
    .innerJoin(sites, eq(sites.id, assets.siteId))
    .where(eq(assets.id, assetId))
    .get();
  if (!place) throw notFound("asset");
  const { assetName, ...where } = place;
  const id = newId("site");
  tx.insert(sites)
    .values({ id, customerId, name: `Site of ${assetName}`, ...where, createdAt: nowMs })
    .run();
  return id;
}

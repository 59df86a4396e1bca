import type { PortalDb } from "@millwright/shared/db/open";
import { assets, deviceCredentials, devices, sites } from "@millwright/shared/db/schema";
import { Failure } from "@millwright/shared/failure";
import { and, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { auditEntry, commit, type Writer } from "../access/audit.ts";
import { idSchema, invalid, nameSchema, parseInput } from "../access/input.ts";
import { demand, notFound } from "../access/scope.ts";
import { isStaff, type Viewer } from "../access/viewer.ts";
import { findDevice } from "../read/devices.ts";
import { newId } from "../secrets.ts";
import { type Credential, madeKindSchema, newCredential } from "./credential.ts";
import { endEarlier } from "./replace-credential.ts";

export const newDeviceSchema = z.strictObject({
  /** The machine it measures; a gateway has none. */
  assetId: idSchema.optional(),
  /** Default: the asset's serial number. Behind a gateway: the name the gateway uses. */
  name: nameSchema.optional(),
  kind: z.enum(["device", "gateway"]).optional(),
  /** The gateway it sends through. */
  gatewayId: idSchema.optional(),
  /** A gateway's place; its own incidents go to that site's customer. */
  siteId: idSchema.optional(),
  credential: madeKindSchema.optional(),
});

/** The credential is in the answer and nowhere else: it is kept as a hash. */
export function createDevice(
  db: PortalDb,
  viewer: Viewer,
  input: z.input<typeof newDeviceSchema>,
  nowMs: number,
): { id: string; credential: Credential } {
  demand(isStaff(viewer), "add devices");
  const {
    assetId,
    name,
    kind = "device",
    gatewayId,
    siteId,
    credential: asked = "token",
  } = parseInput(newDeviceSchema, input);
  if (kind === "device" && assetId === undefined)
    throw invalid("assetId", "a device needs the asset it measures");
  if (kind === "gateway" && assetId !== undefined)
    throw invalid("assetId", "a gateway has no asset of its own");
  if (kind === "gateway" && gatewayId !== undefined) {
    throw invalid("gatewayId", "a gateway cannot stand behind another one");
  }
  if (kind === "device" && siteId !== undefined)
    throw invalid("siteId", "a device stands where its asset stands");
  const id = newId("dev");
  const { credential, row } = newCredential(id, asked, nowMs);
  return commit(db, (tx) => {
    const finalName = name ?? (assetId === undefined ? id : defaultName(tx, assetId));
    if (assetId !== undefined && !tx.select().from(assets).where(eq(assets.id, assetId)).get()) {
      throw invalid("assetId", "there is no such asset");
    }
    if (gatewayId !== undefined) demandGateway(tx, gatewayId, finalName);
    const customerId = siteId === undefined ? null : customerOfSite(tx, siteId);
    tx.insert(devices)
      .values({
        id,
        name: finalName,
        kind,
        assetId: assetId ?? null,
        gatewayId: gatewayId ?? null,
        siteId: siteId ?? null,
        createdAt: nowMs,
      })
      .run();
    tx.insert(deviceCredentials).values(row).run();
    const detail = { name: finalName, kind, assetId, gatewayId, siteId, credential: asked };
    auditEntry(tx, viewer, { at: nowMs, action: "device.created", subject: id, customerId, detail });
    return { id, credential };
  });
}

/** No credential of the device works any more; what it sent stays. */
export function revokeDevice(db: PortalDb, viewer: Viewer, id: string, nowMs: number): void {
  findDevice(db, viewer, id);
  demand(isStaff(viewer), "revoke devices");
  commit(db, (tx) => {
    demandDevice(tx, id);
    tx.update(devices).set({ revokedAt: nowMs }).where(eq(devices.id, id)).run();
    endEarlier(tx, id, null, nowMs);
    auditEntry(tx, viewer, { at: nowMs, action: "device.revoked", subject: id });
  });
}

function demandDevice(tx: Writer, id: string): typeof devices.$inferSelect {
  const device = tx.select().from(devices).where(eq(devices.id, id)).get();
  if (!device) throw notFound("device");
  return device;
}

function demandGateway(tx: Writer, gatewayId: string, name: string): void {
  const gateway = tx.select().from(devices).where(eq(devices.id, gatewayId)).get();
  if (gateway?.kind !== "gateway" || gateway.revokedAt !== null) {
    throw invalid("gatewayId", "there is no such gateway");
  }
  const taken = tx
    .select()
    .from(devices)
    .where(and(eq(devices.gatewayId, gatewayId), eq(devices.name, name)))
    .get();
  if (taken) throw new Failure("conflict", `The gateway has a device ${name} already.`, { field: "name" });
}

function customerOfSite(tx: Writer, siteId: string): string {
  const site = tx.select().from(sites).where(eq(sites.id, siteId)).get();
  if (!site) throw invalid("siteId", "there is no such site");
  return site.customerId;
}

/** "KC-75-10467", and "KC-75-10467-2" for the second device of the asset. */
function defaultName(tx: Writer, assetId: string): string {
  const asset = tx.select().from(assets).where(eq(assets.id, assetId)).get();
  if (!asset) throw invalid("assetId", "there is no such asset");
  const earlier = tx
    .select({ count: sql<number>`count(*)` })
    .from(devices)
    .where(eq(devices.assetId, assetId))
    .get();
  const count = earlier?.count ?? 0;
  return count === 0 ? asset.serialNumber : `${asset.serialNumber}-${count + 1}`;
}

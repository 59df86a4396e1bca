import { randomBytes } from "node:crypto";
import type { PortalDb } from "@millwright/shared/db/open";
import { models, provisioningKeys, sites } from "@millwright/shared/db/schema";
import { eq } from "drizzle-orm";
import { z } from "zod";
import { auditEntry, commit, type Writer } from "../access/audit.ts";
import { idSchema, invalid, nameSchema, parseInput, timeSchema } from "../access/input.ts";
import { demand, notFound } from "../access/scope.ts";
import { isStaff, type Viewer } from "../access/viewer.ts";
import { newDeviceSecret, newId, sha256Hex } from "../secrets.ts";
import { demandSite } from "./assets.ts";
import { demandCustomer } from "./customers.ts";

const DAY_MS = 86_400_000;
/** A batch leaves the factory and is installed within this; a key that lives for ever is a default password. */
const DEFAULT_LIFE_MS = 30 * DAY_MS;
const LONGEST_LIFE_MS = 366 * DAY_MS;

export const newProvisioningKeySchema = z.strictObject({
  /** For people: the batch or the line it is burnt into. */
  name: nameSchema,
  modelId: idSchema,
  customerId: idSchema,
  /** Where its machines stand. Not needed while the customer has one site. */
  siteId: idSchema.optional(),
  /** How many devices may register with it. Default: one. */
  uses: z.number().int().min(1, "must be 1 or more").max(10_000, "must be at most 10000").default(1),
  /** Default: in 30 days. */
  expiresAt: timeSchema.optional(),
});

/** What is burnt into a factory image; the secret is shown once and kept as a hash. */
export type ProvisioningKey = { id: string; provisionDeviceKey: string; provisionDeviceSecret: string };

export function createProvisioningKey(
  db: PortalDb,
  viewer: Viewer,
  input: z.input<typeof newProvisioningKeySchema>,
  nowMs: number,
): ProvisioningKey {
  demand(isStaff(viewer), "make provisioning keys");
  const asked = parseInput(newProvisioningKeySchema, input);
  const { name, modelId, customerId, uses, expiresAt = nowMs + DEFAULT_LIFE_MS } = asked;
  if (expiresAt <= nowMs) throw invalid("expiresAt", "must be in the future");
  if (expiresAt > nowMs + LONGEST_LIFE_MS) throw invalid("expiresAt", "must be within a year");
  const id = newId("prk");
  const provisionDeviceKey = randomBytes(10).toString("hex");
  const provisionDeviceSecret = newDeviceSecret();
  return commit(db, (tx) => {
    demandCustomer(tx, customerId);
    if (!tx.select().from(models).where(eq(models.id, modelId)).get()) {
      throw invalid("modelId", "there is no such model");
    }
    const siteId = asked.siteId ?? onlySite(tx, customerId);
    demandSite(tx, siteId, customerId);
    const secretHash = sha256Hex(provisionDeviceSecret);
    const row = {
      id,
      key: provisionDeviceKey,
      secretHash,
      name,
      modelId,
      customerId,
      siteId,
      uses,
      expiresAt,
    };
    tx.insert(provisioningKeys)
      .values({ ...row, createdAt: nowMs, createdBy: viewer.name })
      .run();
    const detail = { name, uses, expiresAt: new Date(expiresAt).toISOString() };
    auditEntry(tx, viewer, {
      at: nowMs,
      action: "provisioning-key.created",
      subject: id,
      customerId,
      detail,
    });
    return { id, provisionDeviceKey, provisionDeviceSecret };
  });
}

function onlySite(tx: Writer, customerId: string): string {
  const found = tx
    .select({ id: sites.id })
    .from(sites)
    .where(eq(sites.customerId, customerId))
    .limit(2)
    .all();
  if (found.length === 0) throw invalid("siteId", "the customer has no site yet; add one first");
  if (found.length > 1) throw invalid("siteId", "choose which of the customer's sites");
  return found[0]!.id;
}

/** Nothing registers with it any more; what it has made goes on. Revoking it again changes nothing. */
export function revokeProvisioningKey(db: PortalDb, viewer: Viewer, id: string, nowMs: number): void {
  demand(isStaff(viewer), "revoke provisioning keys");
  commit(db, (tx) => {
    const known = tx.select().from(provisioningKeys).where(eq(provisioningKeys.id, id)).get();
    if (!known) throw notFound("provisioning key");
    if (known.revokedAt !== null) return;
    tx.update(provisioningKeys).set({ revokedAt: nowMs }).where(eq(provisioningKeys.id, id)).run();
    const { customerId, name } = known;
    const entry = {
      at: nowMs,
      action: "provisioning-key.revoked",
      subject: id,
      customerId,
      detail: { name },
    };
    auditEntry(tx, viewer, entry);
  });
}

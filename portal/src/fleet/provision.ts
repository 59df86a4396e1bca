import { timingSafeEqual } from "node:crypto";
import type { PortalDb } from "@millwright/shared/db/open";
import {
  assets,
  deviceCredentials,
  devices,
  ownerships,
  provisioningKeys,
} from "@millwright/shared/db/schema";
import { Failure } from "@millwright/shared/failure";
import {
  FAILURE,
  NOT_FOUND,
  type ProvisionErrand,
  type ProvisionResponse,
} from "@millwright/shared/wire/provisioning";
import { and, eq, isNull, sql } from "drizzle-orm";
import { commit, systemEntry, type Writer } from "../access/audit.ts";
import type { AskUses } from "../credential-use.ts";
import { newId, sha256Hex } from "../secrets.ts";
import { insertAsset } from "./assets.ts";
import { credentialRow } from "./credential.ts";
import { type Chosen, chosenCredential, demandFreeUsername, responseOf } from "./provision-credential.ts";
import { demandUnused, endEarlier } from "./replace-credential.ts";

type Key = typeof provisioningKeys.$inferSelect;
type Reason =
  | "unknown-key"
  | "wrong-secret"
  | "revoked"
  | "expired"
  | "used-up"
  | "serial-taken"
  | "already-in-use"
  | "not-accepted";

class Refused extends Error {
  constructor(
    readonly reason: Reason,
    readonly response: ProvisionResponse,
  ) {
    super(reason);
  }
}

/** One audit entry for a key and reason in this time; the count of refusals goes on. */
const TELL_EVERY_MS = 60_000;
const MOST_TOLD = 1_000;

/**
 * Registers a factory image: the machine on the key's customer and site, its device, its credential, in one commit or
 * not at all. The same request again, by which a device asks whose answer was lost, gets a fresh credential as long as
 * nobody has signed in with the earlier one; after that it is refused.
 */
export function createProvisioner(options: { db: PortalDb; uses: AskUses; clock: () => number }) {
  const { db, uses, clock } = options;
  const toldAt = new Map<string, number>();

  async function provision(errand: ProvisionErrand): Promise<ProvisionResponse> {
    const { request } = errand;
    const key = findKey(db, request.provisionDeviceKey);
    try {
      demandSecret(key, request.provisionDeviceSecret);
      const chosen = chosenCredential(errand);
      const earlier = madeBefore(db, key, request.deviceName);
      const used = earlier === null ? {} : await uses(credentialIds(db, earlier));
      if (used === null) return { status: "FAILURE", errorMsg: "Not possible now, try again later." };
      if (Object.keys(used).length > 0) throw new Refused("already-in-use", FAILURE);
      return commit(db, (tx) => register(tx, errand, chosen, clock()));
    } catch (error) {
      const refused = refusalOf(error);
      if (refused === null) throw error;
      noteRefusal(errand, key, refused.reason);
      return refused.response;
    }
  }

  function noteRefusal({ request, address }: ProvisionErrand, key: Key | undefined, reason: Reason): void {
    const at = clock();
    const subject = key?.id ?? "provisioning";
    const told = toldAt.get(`${subject} ${reason}`) ?? Number.NEGATIVE_INFINITY;
    const tell = at - told >= TELL_EVERY_MS || at < told;
    commit(db, (tx) => {
      if (key) {
        tx.update(provisioningKeys)
          .set({ refused: sql`${provisioningKeys.refused} + 1`, lastRefusedAt: at, lastRefusal: reason })
          .where(eq(provisioningKeys.id, key.id))
          .run();
      }
      if (!tell) return;
      const detail = { reason, deviceName: request.deviceName, address };
      const customerId = key?.customerId ?? null;
      systemEntry(tx, { at, action: "provisioning.refused", subject, customerId, detail });
    });
    if (!tell) return;
    toldAt.delete(`${subject} ${reason}`);
    toldAt.set(`${subject} ${reason}`, at);
    if (toldAt.size > MOST_TOLD) toldAt.delete(toldAt.keys().next().value ?? "");
  }

  return provision;
}

/** What the request itself is to blame for; anything else is our own fault. */
function refusalOf(error: unknown): Refused | null {
  if (error instanceof Refused) return error;
  if (!(error instanceof Failure)) return null;
  if (error.code === "conflict") return new Refused("not-accepted", FAILURE);
  if (error.code !== "invalid") return null;
  return new Refused("not-accepted", { status: "FAILURE", errorMsg: `${error.field}: ${error.message}.` });
}

const findKey = (db: Writer, key: string): Key | undefined =>
  db.select().from(provisioningKeys).where(eq(provisioningKeys.key, key)).get();

const NOBODYS = sha256Hex("");

/** Compares as long for a key that is not there. */
function demandSecret(key: Key | undefined, secret: string): asserts key is Key {
  const given = Buffer.from(sha256Hex(secret), "hex");
  const same = timingSafeEqual(given, Buffer.from(key?.secretHash ?? NOBODYS, "hex"));
  if (!key) throw new Refused("unknown-key", NOT_FOUND);
  if (!same) throw new Refused("wrong-secret", NOT_FOUND);
}

/** The device that this key made under this name. */
function madeBefore(db: Writer, key: Key, name: string): string | null {
  const found = db
    .select({ id: devices.id })
    .from(devices)
    .where(and(eq(devices.provisionedBy, key.id), eq(devices.name, name), isNull(devices.revokedAt)))
    .get();
  return found?.id ?? null;
}

const credentialIds = (db: Writer, deviceId: string): string[] =>
  db
    .select({ id: deviceCredentials.id })
    .from(deviceCredentials)
    .where(eq(deviceCredentials.deviceId, deviceId))
    .all()
    .map(({ id }) => id);

/** Inside the commit, with everything looked at again: somebody else may have been faster. */
function register(tx: Writer, errand: ProvisionErrand, chosen: Chosen, nowMs: number): ProvisionResponse {
  const { request, address } = errand;
  const key = findKey(tx, request.provisionDeviceKey);
  demandSecret(key, request.provisionDeviceSecret);
  if (key.revokedAt !== null) throw new Refused("revoked", NOT_FOUND);
  if (key.expiresAt <= nowMs) throw new Refused("expired", NOT_FOUND);
  const earlier = madeBefore(tx, key, request.deviceName);
  const deviceId = earlier ?? makeDevice(tx, key, request.deviceName, nowMs);
  demandFreeUsername(tx, chosen, deviceId);
  if (earlier !== null) endEarlier(tx, earlier, null, nowMs);
  const credential = chosen.of(deviceId);
  const row = credentialRow(deviceId, credential, nowMs);
  const same = earlier !== null && liftSame(tx, row.hash, deviceId);
  if (!same) {
    demandUnused(tx, row.hash, credential.kind);
    tx.insert(deviceCredentials).values(row).run();
  }
  const detail = { name: request.deviceName, key: key.name, credential: credential.kind, address };
  const action = earlier === null ? "device.provisioned" : "device.provisioned-again";
  systemEntry(tx, { at: nowMs, action, subject: deviceId, customerId: key.customerId, detail });
  return responseOf(chosen, credential, deviceId);
}

/** A device that chose its credential itself asks again with the same one: it simply goes on. */
function liftSame(tx: Writer, hash: string, deviceId: string): boolean {
  const changed = tx
    .update(deviceCredentials)
    .set({ revokedAt: null, endsAt: null })
    .where(and(eq(deviceCredentials.hash, hash), eq(deviceCredentials.deviceId, deviceId)))
    .run();
  return changed.changes > 0;
}

function makeDevice(tx: Writer, key: Key, name: string, nowMs: number): string {
  if (key.used >= key.uses) throw new Refused("used-up", NOT_FOUND);
  tx.update(provisioningKeys)
    .set({ used: key.used + 1 })
    .where(eq(provisioningKeys.id, key.id))
    .run();
  const id = newId("dev");
  const assetId = preparedAsset(tx, key, name) ?? makeAsset(tx, key, name, nowMs);
  tx.insert(devices)
    .values({ id, name, kind: "device", assetId, createdAt: nowMs, provisionedBy: key.id })
    .run();
  return id;
}

function makeAsset(tx: Writer, key: Key, serialNumber: string, nowMs: number): string {
  const id = newId("ast");
  const { modelId, siteId } = key;
  insertAsset(
    tx,
    { id, serialNumber, name: serialNumber, modelId, siteId, createdAt: nowMs },
    key.customerId,
    0,
  );
  return id;
}

/**
 * A machine that a person has registered before, of the key's model and customer, without a device so far. Any other
 * machine of that serial number is not this key's to touch, and nobody is told that it exists.
 */
function preparedAsset(tx: Writer, key: Key, serialNumber: string): string | null {
  const asset = tx.select().from(assets).where(eq(assets.serialNumber, serialNumber)).get();
  if (!asset) return null;
  const owner = tx
    .select({ customerId: ownerships.customerId })
    .from(ownerships)
    .where(and(eq(ownerships.assetId, asset.id), isNull(ownerships.to)))
    .get();
  const device = tx
    .select({ id: devices.id })
    .from(devices)
    .where(and(eq(devices.assetId, asset.id), isNull(devices.revokedAt)))
    .get();
  const free = owner?.customerId === key.customerId && asset.modelId === key.modelId && !device;
  if (!free) throw new Refused("serial-taken", FAILURE);
  return asset.id;
}

import type { PortalDb } from "@millwright/shared/db/open";
import { deviceCredentials, devices } from "@millwright/shared/db/schema";
import { Failure } from "@millwright/shared/failure";
import { and, eq, gt, isNull, or } from "drizzle-orm";
import { z } from "zod";
import { auditEntry, commit, type Writer } from "../access/audit.ts";
import { invalid, parseInput, timeSchema } from "../access/input.ts";
import { demand, notFound } from "../access/scope.ts";
import { isStaff, type Viewer } from "../access/viewer.ts";
import { findDevice } from "../read/devices.ts";
import { newId } from "../secrets.ts";
import {
  byNameHash,
  type Credential,
  credentialKindSchema,
  credentialRow,
  fingerprintOf,
  newCredential,
} from "./credential.ts";

const DAY_MS = 86_400_000;
/** Time for a person to visit the device, or for its next maintenance window; a choice of our own. */
export const OVERLAP_MS = 7 * DAY_MS;
/** Longer than this is not replacing any more but having two. */
const LONGEST_OVERLAP_MS = 90 * DAY_MS;

export const replacementSchema = z.strictObject({
  kind: credentialKindSchema.default("token"),
  /** PEM, or the SHA-256 fingerprint; for kind "certificate" only. */
  certificate: z.string().min(1).max(20_000).optional(),
  /** Until when the earlier ones work. Default: seven days; now or earlier: not any more. */
  oldUntil: timeSchema.optional(),
});

export type Replaced = {
  id: string;
  credential: Credential;
  /** null: the earlier ones have ended. */
  oldUntil: number | null;
};

/** A new credential, shown once; those the device has work until the time given, never longer than they did. */
export function replaceCredential(
  db: PortalDb,
  viewer: Viewer,
  deviceId: string,
  input: z.input<typeof replacementSchema>,
  nowMs: number,
): Replaced {
  findDevice(db, viewer, deviceId);
  demand(isStaff(viewer), "change device credentials");
  const { kind, certificate, oldUntil: asked = nowMs + OVERLAP_MS } = parseInput(replacementSchema, input);
  if (asked > nowMs + LONGEST_OVERLAP_MS) throw invalid("oldUntil", "must be at most 90 days from now");
  if ((kind === "certificate") !== (certificate !== undefined)) {
    throw invalid("certificate", "is needed for kind certificate, and for that only");
  }
  const oldUntil = asked > nowMs ? asked : null;
  const { credential, row } = made();
  return commit(db, (tx) => {
    const device = tx.select().from(devices).where(eq(devices.id, deviceId)).get();
    if (!device) throw notFound("device");
    if (device.revokedAt !== null) throw new Failure("conflict", "The device is revoked; add a new one.");
    demandUnused(tx, row.hash, kind);
    // As long as none is pinned the device may use any certificate with its name; the first pin ends that.
    if (kind === "certificate" && oldUntil !== null) keepNamed(tx, device, nowMs);
    endEarlier(tx, deviceId, oldUntil, nowMs);
    tx.insert(deviceCredentials).values(row).run();
    const detail = { kind, oldUntil: oldUntil === null ? "ended" : new Date(oldUntil).toISOString() };
    auditEntry(tx, viewer, { at: nowMs, action: "device.credential-replaced", subject: deviceId, detail });
    return { id: row.id, credential, oldUntil };
  });

  function made() {
    if (kind !== "certificate") return newCredential(deviceId, kind, nowMs);
    const fingerprint = fingerprintOf(certificate ?? "", "certificate");
    const pinned: Credential = { kind, fingerprint };
    return { credential: pinned, row: credentialRow(deviceId, pinned, nowMs) };
  }
}

/** One credential stops working at once; the device's others go on. */
export function endCredential(
  db: PortalDb,
  viewer: Viewer,
  deviceId: string,
  credentialId: string,
  nowMs: number,
): void {
  findDevice(db, viewer, deviceId);
  demand(isStaff(viewer), "change device credentials");
  commit(db, (tx) => {
    const known = and(eq(deviceCredentials.id, credentialId), eq(deviceCredentials.deviceId, deviceId));
    const row = tx.select().from(deviceCredentials).where(known).get();
    if (!row) throw notFound("credential");
    if (row.revokedAt !== null || (row.endsAt !== null && row.endsAt <= nowMs)) return;
    tx.update(deviceCredentials).set({ revokedAt: nowMs }).where(known).run();
    const detail = { credential: credentialId, kind: row.kind };
    auditEntry(tx, viewer, { at: nowMs, action: "device.credential-ended", subject: deviceId, detail });
  });
}

/** `until` null: now. One that ends before `until` anyway keeps its end. */
export function endEarlier(tx: Writer, deviceId: string, until: number | null, nowMs: number): void {
  const live = and(eq(deviceCredentials.deviceId, deviceId), isNull(deviceCredentials.revokedAt));
  const sooner =
    until === null ? undefined : or(isNull(deviceCredentials.endsAt), gt(deviceCredentials.endsAt, until));
  tx.update(deviceCredentials)
    .set(until === null ? { revokedAt: nowMs } : { endsAt: until })
    .where(and(live, sooner))
    .run();
}

function keepNamed(tx: Writer, device: typeof devices.$inferSelect, nowMs: number): void {
  const pinned = tx
    .select({ id: deviceCredentials.id })
    .from(deviceCredentials)
    .where(and(eq(deviceCredentials.deviceId, device.id), eq(deviceCredentials.kind, "certificate")))
    .get();
  if (pinned) return;
  tx.insert(deviceCredentials)
    .values({
      id: newId("cred"),
      deviceId: device.id,
      kind: "certificate",
      hash: byNameHash(device.id),
      createdAt: Math.min(device.createdAt, nowMs),
    })
    .run();
}

/** A credential belongs to one device for ever, also after its end. */
export function demandUnused(tx: Writer, hash: string, kind: string): void {
  const taken = tx
    .select({ id: deviceCredentials.id })
    .from(deviceCredentials)
    .where(eq(deviceCredentials.hash, hash))
    .get();
  if (taken) throw new Failure("conflict", `This ${kind} is or was in use already.`, { field: kind });
}

import type { PortalDb } from "@millwright/shared/db/open";
import { deviceCredentials, devices } from "@millwright/shared/db/schema";
import { and, asc, desc, eq, gt, isNull } from "drizzle-orm";
import { demand } from "../access/scope.ts";
import { isStaff, type Viewer } from "../access/viewer.ts";
import type { AskUses } from "../credential-use.ts";
import { byNameHash } from "../fleet/credential.ts";
import { findDevice } from "./devices.ts";
import type { CredentialRow } from "./rows.ts";

/** Long ended ones tell nothing any more; the audit log has them. */
const MOST_SHOWN = 20;

/** A device's credentials, newest first, with when each was last used as far as the broker answers. For the staff. */
export async function listCredentials(
  parts: { db: PortalDb; uses: AskUses },
  viewer: Viewer,
  deviceId: string,
): Promise<CredentialRow[]> {
  const device = findDevice(parts.db, viewer, deviceId);
  demand(isStaff(viewer), "read device credentials");
  const rows = parts.db
    .select()
    .from(deviceCredentials)
    .where(eq(deviceCredentials.deviceId, deviceId))
    .orderBy(desc(deviceCredentials.createdAt), desc(deviceCredentials.id))
    .limit(MOST_SHOWN)
    .all();
  const uses = await parts.uses(rows.map(({ id }) => id));
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    username: row.kind === "secret" ? (row.username ?? deviceId) : null,
    fingerprint: row.kind === "certificate" && row.hash !== byNameHash(deviceId) ? row.hash : null,
    createdAt: row.createdAt,
    endsAt: row.endsAt,
    endedAt: endOf(row, device.revokedAt),
    lastUsedAt: uses === null ? null : (uses[row.id]?.lastUsedAt ?? null),
    connections: uses === null ? null : (uses[row.id]?.connections ?? 0),
  }));
}

const endOf = (row: { revokedAt: number | null }, deviceRevokedAt: number | null): number | null =>
  row.revokedAt ?? deviceRevokedAt;

/** A device that goes on with a credential that is about to end: on that day it would fall silent. */
export type StillOld = { deviceId: string; deviceName: string; endsAt: number; lastUsedAt: number };

const MOST_ASKED = 2_000;

/** Devices that still sign in with a replaced credential, those that end first in front. For the staff. */
export async function listStillOld(
  { db, uses }: { db: PortalDb; uses: AskUses },
  viewer: Viewer,
  nowMs: number,
): Promise<StillOld[]> {
  demand(isStaff(viewer), "read device credentials");
  const ending = db
    .select({
      id: deviceCredentials.id,
      deviceId: devices.id,
      deviceName: devices.name,
      endsAt: deviceCredentials.endsAt,
    })
    .from(deviceCredentials)
    .innerJoin(devices, eq(devices.id, deviceCredentials.deviceId))
    .where(
      and(
        gt(deviceCredentials.endsAt, nowMs),
        isNull(deviceCredentials.revokedAt),
        isNull(devices.revokedAt),
      ),
    )
    .orderBy(asc(deviceCredentials.endsAt))
    .limit(MOST_ASKED)
    .all();
  const found = (await uses(ending.map(({ id }) => id))) ?? {};
  return ending.flatMap(({ id, endsAt, ...device }) => {
    const use = found[id];
    // Connected with it now: its successor has not been taken over.
    return use && use.connections > 0 && endsAt !== null
      ? [{ ...device, endsAt, lastUsedAt: use.lastUsedAt }]
      : [];
  });
}

import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPortalDb, PORTAL_DB } from "@millwright/shared/db/open";
import {
  assets,
  customers,
  deviceCredentials,
  devices,
  models,
  modelTags,
  ownerships,
  sites,
} from "@millwright/shared/db/schema";

export const DEVICES = ["d1", "d2"] as const;
export const firstToken = (device: string) => `token-of-${device}`;
export const tokenHash = (token: string) => createHash("sha256").update(token).digest("hex");
const assetOf = (device: string) => `asset-${device}`;

/** The customer's file as the portal left it: two machines of one model, each with a device. */
export function portalFile(): { bytes: Buffer; Database: typeof import("better-sqlite3") } {
  const dir = mkdtempSync(join(tmpdir(), "millwright-simulation-"));
  const file = join(dir, PORTAL_DB);
  const db = openPortalDb(file);
  db.insert(customers).values({ id: "c1", name: "Customer", createdAt: 0 }).run();
  db.insert(sites).values({ id: "s1", customerId: "c1", name: "Site", timeZone: "UTC", createdAt: 0 }).run();
  db.insert(models).values({ id: "m1", key: "rig", name: "Rig", failureModes: [], createdAt: 0 }).run();
  const plain = { modelId: "m1", expectedIntervalMs: 1_000, flatLine: false, residual: false as const };
  db.insert(modelTags)
    .values([
      {
        ...plain,
        position: 0,
        key: "pressure",
        name: "Pressure",
        unit: "bar",
        spanLow: 0,
        spanHigh: 10,
        limits: { high: 8, highHigh: 9, onDelayMs: 600, offDelayMs: 600 },
      },
      { ...plain, position: 1, key: "n", name: "Number", unit: "1", spanLow: 0, spanHigh: 1e9 },
    ])
    .run();
  for (const id of DEVICES) {
    const assetId = assetOf(id);
    db.insert(assets)
      .values({ id: assetId, serialNumber: id, name: id, modelId: "m1", siteId: "s1", createdAt: 0 })
      .run();
    db.insert(ownerships)
      .values({ id: `own-${id}`, assetId, customerId: "c1", from: 0 })
      .run();
    db.insert(devices).values({ id, name: id, kind: "device", assetId, createdAt: 0 }).run();
    db.insert(deviceCredentials)
      .values({
        id: `cred-${id}`,
        deviceId: id,
        kind: "token",
        hash: tokenHash(firstToken(id)),
        createdAt: 0,
      })
      .run();
  }
  const Database = db.$client.constructor as typeof import("better-sqlite3");
  db.$client.close();
  const bytes = readFileSync(file);
  rmSync(dir, { recursive: true, force: true });
  return { bytes, Database };
}

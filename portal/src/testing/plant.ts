import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPortalDb, type PortalDb } from "@millwright/shared/db/open";
import type { Role } from "@millwright/shared/db/schema/people";
import { alarmId, type Finding, type FindingKind, findingId } from "@millwright/shared/domain/finding";
import type { ModelCatalog } from "@millwright/shared/domain/model";
import type { Viewer } from "../access/viewer.ts";
import { createAsset } from "../fleet/assets.ts";
import { createCustomer } from "../fleet/customers.ts";
import { createDevice } from "../fleet/devices.ts";
import { createModel } from "../fleet/models.ts";
import { createSite } from "../fleet/sites.ts";

export const T0 = Date.UTC(2026, 10, 19, 12);

export function viewer(role: Role, customerId: string | null = null): Viewer {
  return { id: `${role}-${customerId}`, name: `${role} of the test`, role, customerId, kind: "user" };
}
export const administrator = viewer("administrator");

const pumpModel: ModelCatalog = {
  key: "pump",
  name: "Pump",
  tags: [
    {
      key: "acc",
      name: "Acceleration, drive end",
      unit: "m/s2",
      span: { low: 0, high: 50 },
      expectedIntervalMs: 10_000,
    },
    {
      key: "temp",
      name: "Bearing temperature",
      unit: "Cel",
      span: { low: -20, high: 150 },
      expectedIntervalMs: 10_000,
    },
    { key: "flow", name: "Flow", unit: "m3/h", span: { low: 0, high: 500 }, expectedIntervalMs: 10_000 },
  ],
  failureModes: [
    {
      code: "bearing-wear",
      title: "Bearing wears: {tag} at {value} {unit} on {asset}",
      priority: 2,
      symptoms: ["acc:high", "temp:high"],
      cause: "Lubrication lost",
      action: "Plan a bearing change",
    },
  ],
};

/** A database of its own, in a folder that `close` removes. */
export function openTestDb(): { db: PortalDb; dataDir: string; close: () => void } {
  const dataDir = mkdtempSync(join(tmpdir(), "millwright-portal-"));
  const db = openPortalDb(join(dataDir, "portal.db"));
  // Tests pull no plugs; hundreds of small commits need not wait for the disk.
  db.$client.pragma("synchronous = OFF");
  return {
    db,
    dataDir,
    close: () => {
      db.$client.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export type Owned = { customerId: string; siteId: string; assetId: string; deviceId: string };

/** Two customers, A and B, with one pump each. */
export function buildPlant(db: PortalDb): { a: Owned; b: Owned; modelId: string } {
  const { id: modelId } = createModel(db, administrator, pumpModel, T0);
  const owned = (name: string): Owned => {
    const customerId = createCustomer(db, administrator, { name: `Customer ${name}` }, T0).id;
    const siteId = createSite(
      db,
      administrator,
      { customerId, name: `Site ${name}`, timeZone: "Europe/Rome" },
      T0,
    ).id;
    const asset = { serialNumber: `SN-${name}`, name: `Pump ${name}`, modelId, siteId, customerId };
    const assetId = createAsset(db, administrator, asset, T0).id;
    return { customerId, siteId, assetId, deviceId: createDevice(db, administrator, { assetId }, T0).id };
  };
  return { a: owned("A"), b: owned("B"), modelId };
}

/** One step of an alarm; `onset` identifies the occurrence. */
export function finding(
  assetId: string,
  kind: FindingKind,
  alarmType: string,
  onset: number,
  at: number,
  more: Partial<Finding> = {},
): Finding {
  const id = alarmId(assetId, alarmType, onset);
  const level = more.level ?? "high";
  return {
    kind,
    alarmId: id,
    assetId,
    deviceId: "dev",
    tag: alarmType.split(":")[0] ?? null,
    alarmType,
    detector: "limit",
    priority: 3,
    at,
    onset,
    value: 12.5,
    limit: 10,
    unit: "m/s2",
    summary: `${alarmType} at ${level}`,
    backfilled: false,
    ...more,
    level,
    id: findingId(id, kind, at, level),
  };
}

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPortalDb } from "@millwright/shared/db/open";
import { alarmId, type Finding, findingId } from "@millwright/shared/domain/finding";
import type { ModelCatalog } from "@millwright/shared/domain/model";
import { createLog } from "@millwright/shared/log";
import { tellChange } from "../../access/changes.ts";
import type { Viewer } from "../../access/viewer.ts";
import type { PortalDeps } from "../../deps.ts";
import { createAsset } from "../../fleet/assets.ts";
import { createCustomer } from "../../fleet/customers.ts";
import { createDevice } from "../../fleet/devices.ts";
import { createModel } from "../../fleet/models.ts";
import { createSite } from "../../fleet/sites.ts";
import { createLiveHub } from "../../live-hub.ts";
import { createUser } from "../../people/users.ts";
import { applyFinding } from "../../service-desk/apply-finding.ts";
import { createAuth } from "../../sign-in/auth.ts";
import { deviceStatus, fakeTelemetry } from "./fake-telemetry.ts";

/** Two customers with machines, alarms and tickets in a real database; telemetry from a fake reader. */
export type Plant = Awaited<ReturnType<typeof buildPlant>>;

const NOW = Date.UTC(2026, 10, 19, 14, 32, 8);
export const PASSWORD = "correct horse battery";
const HOUR = 3_600_000;
export const LONG_NAME = `Compressor ${"with a very long name ".repeat(6)}`.slice(0, 120).trim();
export const EVIL_NAME = "<img src=x onerror=alert(1)>";

const MODEL: ModelCatalog = {
  key: "KC-75",
  name: "KC-75 screw compressor",
  running: { all: [{ tag: "i_mot", above: 20 }], settleMs: 60_000 },
  tags: [
    {
      key: "t_dis",
      name: "Discharge temperature",
      unit: "Cel",
      span: { low: 0, high: 150 },
      expectedIntervalMs: 10_000,
      resolution: 0.1,
      limits: { high: 105, highHigh: 112 },
    },
    {
      key: "p_dis",
      name: "Discharge pressure",
      unit: "bar",
      span: { low: 0, high: 16 },
      expectedIntervalMs: 10_000,
      resolution: 0.01,
      limits: { low: 6.3, high: 8.7 },
    },
    {
      key: "i_mot",
      name: "Motor current",
      unit: "A",
      span: { low: 0, high: 250 },
      expectedIntervalMs: 10_000,
      resolution: 1,
      limits: { high: 138 },
    },
    {
      key: "vib",
      name: "Vibration, drive end",
      unit: "mm/s",
      span: { low: 0, high: 25 },
      expectedIntervalMs: 10_000,
      resolution: 0.1,
    },
  ],
  failureModes: [
    {
      code: "cooler-fouled",
      title: "Oil cooler fouled on {asset}",
      priority: 2,
      symptoms: ["t_dis:high"],
      cause: "Dust on the cooler fins",
      consequence: "Trip at 112 °C",
      action: "Clean the cooler, replace the oil filter",
    },
  ],
};

export async function buildPlant(options: { clock?: () => number; publicUrl?: string } = {}) {
  const dir = mkdtempSync(join(tmpdir(), "mw-pages-"));
  const db = openPortalDb(join(dir, "portal.db"));
  const log = createLog("pages-test", "silent");
  const telemetry = fakeTelemetry();
  const clock = options.clock ?? (() => NOW);
  const now = clock();
  const auth = createAuth({
    db,
    secret: "s".repeat(43),
    publicUrl: options.publicUrl ?? "http://localhost:8080",
    passwordStrength: 12,
  });
  const live = createLiveHub({ db, telemetry, log });
  const deps: PortalDeps = {
    db,
    telemetry,
    auth,
    live,
    uses: async () => ({}),
    clock,
    log,
    mqtt: { host: "localhost", port: 1883 },
    publicUrl: options.publicUrl ?? "http://localhost:8080",
  };
  const root: Viewer = { id: "root", name: "Root", role: "administrator", customerId: null, kind: "key" };
  const model = createModel(db, root, MODEL, now).id;
  const northwind = createCustomer(db, root, { name: "Northwind Water" }, now).id;
  const alder = createCustomer(db, root, { name: "Alder Dairy" }, now).id;
  const site = (customerId: string, name: string) =>
    createSite(db, root, { customerId, name, timeZone: "Europe/London" }, now).id;
  const basin = site(northwind, "Basin Road");
  const hill = site(northwind, "Hill Street");
  const millbrook = site(alder, "Millbrook");
  const person = async (name: string, role: Viewer["role"], customerId: string | null): Promise<Viewer> => {
    const email = `${name.toLowerCase().replace(/ /g, ".")}@example.com`;
    const input = { email, name, role, password: PASSWORD, ...(customerId ? { customerId } : {}) };
    const { id } = await createUser(deps, root, input, now);
    return { id, name, role, customerId, kind: "user" };
  };
  const machine = (
    name: string,
    serialNumber: string,
    siteId: string,
    customerId: string,
    deviceName?: string,
  ) => {
    const id = createAsset(db, root, { name, serialNumber, modelId: model, siteId, customerId }, now).id;
    const device = createDevice(
      db,
      root,
      { assetId: id, ...(deviceName ? { name: deviceName } : {}) },
      now,
    ).id;
    telemetry.statuses.push(deviceStatus(device, { lastSeenAt: now - 4000 }));
    for (const [tag, value] of [
      ["t_dis", 84.2],
      ["p_dis", 7.42],
      ["i_mot", 116],
      ["vib", 1.9],
    ] as const) {
      telemetry.values.push({
        device,
        tag,
        value,
        time: now - 4000,
        quality: "good",
        note: null,
        listed: true,
      });
    }
    return { id, device };
  };
  const compressor = machine("Compressor 12", "KC-75-10467", basin, northwind);
  const long = machine(LONG_NAME, "KC-75-10470", hill, northwind, EVIL_NAME);
  const calm = machine("Compressor 4", "KC-75-09811", hill, northwind);
  const dairy = machine("Compressor 1", "KC-75-08120", millbrook, alder);
  return {
    deps,
    telemetry,
    customers: { northwind, alder },
    sites: { basin, hill, millbrook },
    model,
    machines: { compressor, long, calm, dairy },
    people: {
      administrator: await person("Ada Administrator", "administrator", null),
      engineer: await person("Field Engineer", "engineer", null),
      owner: await person("Site Operator", "owner", northwind),
      viewer: await person("Site Viewer", "viewer", northwind),
      other: await person("Other Owner", "owner", alder),
    },
    raise: (over: Partial<Finding> & { assetId: string; deviceId: string }) => raise(deps, over),
    /** What the follower of the findings does after it has applied one. */
    tellChange: (assetId: string) => tellChange(db, { what: "alarms", assetId, customerId: northwind }),
    async stop() {
      await live.stop();
      db.$client.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function raise(deps: PortalDeps, over: Partial<Finding> & { assetId: string; deviceId: string }): string {
  const onset = over.onset ?? deps.clock() - 5 * HOUR;
  const type = over.alarmType ?? "t_dis:high";
  const alarm = alarmId(over.assetId, type, onset);
  const kind = over.kind ?? "raised";
  const finding: Finding = {
    id: findingId(alarm, kind, onset, over.level ?? "high"),
    kind,
    alarmId: alarm,
    tag: "t_dis",
    alarmType: type,
    detector: "limit",
    level: "high",
    priority: 2,
    at: onset,
    onset,
    value: 105.7,
    limit: 105,
    unit: "Cel",
    summary: "Discharge temperature high: 105.7 Cel, limit 105",
    backfilled: false,
    ...over,
  };
  deps.db.transaction((tx) => applyFinding(tx, finding));
  return alarm;
}

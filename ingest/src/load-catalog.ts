import { join } from "node:path";
import { openPortalDbReadOnly, PORTAL_DB } from "@millwright/shared/db/open";
import type {
  FailureMode,
  Limits,
  ResidualSettings,
  RunningRule,
  Tag,
} from "@millwright/shared/domain/model";
import type { Log } from "@millwright/shared/log";
import type Database from "better-sqlite3";
import { type Catalog, type CatalogDevice, compileModel, type ModelSpec, offlineAfterMs } from "./catalog.ts";

type DeviceRow = {
  id: string;
  name: string;
  kind: "device" | "gateway";
  gatewayId: string | null;
  revokedAt: number | null;
  assetId: string | null;
  /** Of a gateway. */
  siteId: string | null;
  modelId: string | null;
  assetSiteId: string | null;
};
type ModelRow = { id: string; running: string | null; failureModes: string };
type TagRow = {
  modelId: string;
  key: string;
  name: string;
  unit: string;
  spanLow: number;
  spanHigh: number;
  expectedIntervalMs: number;
  resolution: number | null;
  limits: string | null;
  maxRatePerS: number | null;
  rateAlarmPerS: number | null;
  flatLine: number;
  residual: string | null;
  judgeAlways: number;
  onChange: number;
};

/** The portal's database as ingest's catalogue, read-only. It may not exist yet, and changes under our eyes. */
export type PortalCatalog = Catalog & {
  /** Looks whether the portal has written since, and reads all anew if so. Cheap: one pragma. */
  refresh(): void;
  close(): void;
};

const RETRY_OPEN_MS = 250;

export function openPortalCatalog(
  dataDir: string,
  log: Log,
  options: { offlineAtLeastMs?: number } = {},
): PortalCatalog {
  const offlineAfter = (shortestMs: number | null) => offlineAfterMs(shortestMs, options.offlineAtLeastMs);
  const file = join(dataDir, PORTAL_DB);
  let db: Database.Database | null = null;
  let seen = -1;
  let devices = new Map<string, CatalogDevice>();
  let children = new Map<string, string>();
  let models = new Map<string, { source: string; spec: ModelSpec }>();
  let version = 0;
  let retryAt = 0;

  function refresh(): void {
    if (db === null && performance.now() < retryAt) return;
    try {
      db ??= openPortalDbReadOnly(file);
      const now = db.pragma("data_version", { simple: true }) as number;
      if (now === seen) return;
      const loaded = load(db, models, offlineAfter);
      ({ devices, children, models } = loaded);
      seen = now;
      version++;
      log.debug({ devices: devices.size, models: models.size }, "catalogue read");
    } catch (error) {
      // Not there yet, or its tables are not: the portal migrates it at its start. Looked at again in a second.
      log.debug({ err: error }, "catalogue not readable yet");
      db?.close();
      db = null;
      seen = -1;
      retryAt = performance.now() + RETRY_OPEN_MS;
    }
  }

  return {
    get version() {
      return version;
    },
    device(id) {
      // Made a moment ago and already sending: the second's poll would refuse its first message.
      if (!devices.has(id)) refresh();
      return devices.get(id);
    },
    child(gatewayId, name) {
      const key = `${gatewayId}\n${name}`;
      if (!children.has(key)) refresh();
      return children.get(key);
    },
    refresh,
    close: () => db?.close(),
  };
}

/** Silence after which a device with that shortest interval is offline, ms. */
type OfflineAfter = (shortestMs: number | null) => number;

type Loaded = {
  devices: Map<string, CatalogDevice>;
  children: Map<string, string>;
  models: Map<string, { source: string; spec: ModelSpec }>;
};

const TAGS = `SELECT model_id AS modelId, key, name, unit, span_low AS spanLow, span_high AS spanHigh,
  expected_interval_ms AS expectedIntervalMs, resolution, limits, max_rate_per_s AS maxRatePerS,
  rate_alarm_per_s AS rateAlarmPerS, flat_line AS flatLine, residual, judge_always AS judgeAlways,
  on_change AS onChange FROM model_tags ORDER BY model_id, position`;

/** One consistent picture. A model that did not change keeps its object, so that nothing bound to it is bound anew. */
function load(db: Database.Database, known: Loaded["models"], offlineAfter: OfflineAfter): Loaded {
  return db.transaction((): Loaded => {
    const tagsByModel = new Map<string, TagRow[]>();
    for (const row of db.prepare(TAGS).all() as TagRow[]) {
      const tags = tagsByModel.get(row.modelId);
      if (tags) tags.push(row);
      else tagsByModel.set(row.modelId, [row]);
    }
    const models: Loaded["models"] = new Map();
    const modelRows = db
      .prepare("SELECT id, running, failure_modes AS failureModes FROM models")
      .all() as ModelRow[];
    for (const row of modelRows) {
      const tags = tagsByModel.get(row.id) ?? [];
      const source = JSON.stringify([row, tags]);
      const before = known.get(row.id);
      const spec =
        before?.source === source
          ? before.spec
          : compileModel(
              tags.map(toTag),
              row.running === null ? null : (JSON.parse(row.running) as RunningRule | null),
              JSON.parse(row.failureModes) as FailureMode[],
            );
      models.set(row.id, { source, spec });
    }
    const rows = db
      .prepare(
        `SELECT d.id, d.name, d.kind, d.gateway_id AS gatewayId, d.revoked_at AS revokedAt, d.asset_id AS assetId,
           d.site_id AS siteId, a.model_id AS modelId, a.site_id AS assetSiteId FROM devices d LEFT JOIN assets a ON a.id = d.asset_id ORDER BY d.created_at, d.id`,
      )
      .all() as DeviceRow[];
    return { ...place(rows, models, offlineAfter), models };
  })();
}

function place(
  rows: readonly DeviceRow[],
  models: Loaded["models"],
  offlineAfter: OfflineAfter,
): Pick<Loaded, "devices" | "children"> {
  const devices = new Map<string, CatalogDevice>();
  const children = new Map<string, string>();
  const under = new Map<string, Behind[]>();
  for (const row of rows) {
    const model = row.modelId === null ? null : (models.get(row.modelId)?.spec ?? null);
    const shortestMs = model?.shortestIntervalMs ?? null;
    devices.set(row.id, {
      id: row.id,
      kind: row.kind,
      name: row.name,
      assetId: row.assetId,
      gatewayId: row.gatewayId,
      machinesBehind: 0,
      model,
      revoked: row.revokedAt !== null,
      offlineAfterMs: offlineAfter(shortestMs),
    });
    if (row.gatewayId === null) continue;
    children.set(`${row.gatewayId}\n${row.name}`, row.id);
    if (row.assetId === null) continue;
    const behind = under.get(row.gatewayId) ?? [];
    behind.push({
      assetId: row.assetId,
      siteId: row.assetSiteId,
      shortestMs,
      revoked: row.revokedAt !== null,
    });
    under.set(row.gatewayId, behind);
  }
  for (const { id, siteId } of rows) {
    const behind = under.get(id);
    if (behind) devices.set(id, { ...devices.get(id)!, ...asGateway(siteId, behind, offlineAfter) });
  }
  return { devices, children };
}

type Behind = { assetId: string; siteId: string | null; shortestMs: number | null; revoked: boolean };

/**
 * An alarm needs a machine: the gateway's own stands on the first one behind it, on its own site where there is one,
 * so that it is told to the customer of that site. The earliest, revoked or not: an incident that began on one machine
 * must not end on another.
 */
function asGateway(
  siteId: string | null,
  behind: readonly Behind[],
  offlineAfter: OfflineAfter,
): Pick<CatalogDevice, "assetId" | "machinesBehind" | "offlineAfterMs"> {
  const bearer = behind.find((child) => siteId !== null && child.siteId === siteId) ?? behind[0]!;
  const inService = behind.filter(({ revoked }) => !revoked);
  const intervals = inService.flatMap(({ shortestMs }) => (shortestMs === null ? [] : [shortestMs]));
  return {
    assetId: bearer.assetId,
    machinesBehind: new Set(inService.map(({ assetId }) => assetId)).size,
    offlineAfterMs: offlineAfter(intervals.length > 0 ? Math.min(...intervals) : null),
  };
}

function toTag(row: TagRow): Tag {
  return {
    key: row.key,
    name: row.name,
    unit: row.unit,
    span: { low: row.spanLow, high: row.spanHigh },
    expectedIntervalMs: row.expectedIntervalMs,
    resolution: row.resolution ?? undefined,
    limits: row.limits === null ? undefined : ((JSON.parse(row.limits) as Limits | null) ?? undefined),
    maxRatePerS: row.maxRatePerS ?? undefined,
    rateAlarmPerS: row.rateAlarmPerS ?? undefined,
    flatLine: row.flatLine !== 0,
    residual:
      row.residual === null
        ? undefined
        : ((JSON.parse(row.residual) as false | ResidualSettings | null) ?? undefined),
    judgeAlways: row.judgeAlways !== 0,
    onChange: row.onChange !== 0,
  };
}

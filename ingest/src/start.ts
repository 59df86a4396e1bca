import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { systemClock } from "@millwright/shared/clock";
import { Failure } from "@millwright/shared/failure";
import { openSqliteReader } from "@millwright/shared/journal/reader";
import { openSqliteJournal } from "@millwright/shared/journal/sqlite";
import { connectWake, serveWake } from "@millwright/shared/journal/wake";
import { createLog, type Log } from "@millwright/shared/log";
import { announce, loopbackSecret } from "@millwright/shared/run-dir";
import { openDuckdbStore } from "@millwright/shared/telemetry/duckdb";
import { openInfluxStore } from "@millwright/shared/telemetry/influx";
import type { StoreStats, TelemetryStore } from "@millwright/shared/telemetry/store";
import { filesIn, type IngestConfig } from "./config.ts";
import { createExports } from "./export.ts";
import { attributesOf, createLive, latestOf, restoreLatest, statusOf } from "./live.ts";
import { openPortalCatalog } from "./load-catalog.ts";
import { createMetrics } from "./metrics.ts";
import { openOwnDb } from "./own-db.ts";
import { type Pipeline, startPipeline } from "./pipeline.ts";
import { openFindingSink } from "./raise.ts";
import { openRejectStore } from "./reject.ts";
import { listen, telemetryApp } from "./serve-telemetry.ts";
import { openSnapshotStore } from "./snapshot.ts";
import { startWorld } from "./state.ts";

const CATALOG_POLL_MS = 1_000;
const MAINTAIN_MS = 60_000;
const STATS_WITHIN_MS = 500;

/** Builds the parts and joins them; the only place that names an engine. Undoes what it did when a part fails. */
export async function startIngest(config: IngestConfig): Promise<{ stop(): Promise<void>; port: number }> {
  const clock = systemClock;
  const dir = config.DATA_DIR;
  const log = createLog("ingest", config.LOG_LEVEL);
  const files = filesIn(dir);
  const undo: (() => void | Promise<void>)[] = [];
  const stop = async () => {
    for (const close of undo.splice(0).reverse()) await close();
  };
  try {
    mkdirSync(dir, { recursive: true });
  } catch (cause) {
    throw new Failure("invalid", `DATA_DIR ${dir} cannot be written`, { cause, field: "DATA_DIR" });
  }
  try {
    const secret = loopbackSecret(dir);
    const own = openOwnDb(files.own);
    undo.push(() => void own.close());
    const journal = await openSqliteJournal({ file: files.findings, requiredReaders: ["portal"] });
    undo.push(() => journal.close());
    const store = await openStore(config, files, log);
    undo.push(() => store.close());
    const catalog = openPortalCatalog(dir, log, { offlineAtLeastMs: config.OFFLINE_AFTER_S * 1000 });
    undo.push(() => catalog.close());
    catalog.refresh();

    const snapshots = openSnapshotStore(own);
    const rejects = openRejectStore(own);
    const findings = openFindingSink(journal, log);
    const live = createLive(clock);
    const world = startWorld(catalog);
    snapshots.restore(world);
    restoreLatest(world, await store.last());

    const reader = openSqliteReader(files.uplink);
    undo.push(() => reader.close());
    let pipeline: Pipeline | null = null;
    let brokerThere = false;
    const wakeFindings = await serveWake({ dataDir: dir, door: "wake-findings", journal, log });
    undo.push(() => wakeFindings.close());
    const wake = connectWake({
      dataDir: dir,
      door: "wake-uplink",
      reader: "ingest",
      onHead: () => pipeline?.wake(),
      onState: (state) => {
        brokerThere = state === "back";
      },
      log,
    });
    undo.push(() => wake.close());
    const metrics = createMetrics({
      totals: world.totals,
      uplinkHead: () => reader.head(),
      handled: () => running.handled(),
      storedThrough: () => running.storedThrough(),
      rejectsDropped: rejects.dropped,
      devices: () => world.devices.size,
    });
    const running = startPipeline({
      reader,
      store,
      findings,
      rejects,
      snapshots,
      live,
      world,
      clock,
      log,
      watching: () => brokerThere,
      onOffset: wake.report,
      onWritten: metrics.written,
    });
    pipeline = running;
    undo.push(() => running.stop());
    undo.push(() => live.close());

    const exports =
      store.extractor && createExports({ extractor: store.extractor, dir: join(dir, "exports"), log });

    const door = await listen(
      telemetryApp(
        {
          latest: async (devices, tags) => latestOf(world, devices, tags),
          status: async (devices) => statusOf(world, devices, clock()),
          attributes: (devices) => attributesOf(world, devices),
          range: (query) => store.range(query),
          doubt: async (query) => (await store.doubt?.(query)) ?? [],
          rejected: rejects.list,
          metrics: metrics.text,
          copyTo: store.copyTo?.bind(store),
          ...(exports ? { exports } : {}),
          subscribe: live.subscribe,
          async health() {
            const { journal: journalTrouble, store: storeTrouble, storeSince } = running.trouble();
            const unknown = { engine: engineOf(config), points: 0, series: 0, bytes: null };
            // A store that hangs must not keep anyone from being told that it hangs.
            const late = delay(STATS_WITHIN_MS, unknown, { ref: false });
            const stats = await Promise.race([store.stats().catch(() => unknown), late]);
            return {
              ready: journalTrouble === null && storeTrouble === null,
              journal: journalTrouble,
              store: storeTrouble,
              storeSince,
              uplinkHead: reader.head(),
              storedThrough: running.storedThrough(),
              stats,
            };
          },
        },
        secret,
        log,
      ),
    );
    undo.push(() => door.close());
    announce(dir, "ingest", door.port);

    const polls = [
      setInterval(() => catalog.refresh(), CATALOG_POLL_MS),
      setInterval(() => {
        store.maintain(clock()).catch((error: unknown) => log.error({ err: error }, "store upkeep failed"));
      }, MAINTAIN_MS),
    ];
    undo.push(() => polls.forEach(clearInterval));
    log.info({ port: door.port, engine: engineOf(config), from: snapshots.offset() }, "ingest started");
    return { stop, port: door.port };
  } catch (error) {
    await stop();
    throw error;
  }
}

const engineOf = (config: IngestConfig): StoreStats["engine"] =>
  config.INFLUX_URL === undefined ? "duckdb" : "influx";

function openStore(
  config: IngestConfig,
  files: ReturnType<typeof filesIn>,
  log: Log,
): Promise<TelemetryStore> {
  if (config.INFLUX_URL === undefined) return openDuckdbStore({ file: files.telemetry });
  return openInfluxStore({
    url: config.INFLUX_URL,
    token: config.INFLUX_TOKEN ?? "",
    org: config.INFLUX_ORG ?? "",
    bucket: config.INFLUX_BUCKET,
    stateFile: files.influxState,
    log,
  });
}

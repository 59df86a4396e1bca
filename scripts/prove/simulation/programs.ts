import { join } from "node:path";
import { readConfig } from "@millwright/shared/config";
import { openPortalDb, PORTAL_DB, type PortalDb } from "@millwright/shared/db/open";
import { openSqliteReader } from "@millwright/shared/journal/reader";
import { openSqliteJournal } from "@millwright/shared/journal/sqlite";
import { connectWake, serveWake } from "@millwright/shared/journal/wake";
import type { Log } from "@millwright/shared/log";
import { brokerConfig } from "../../../broker/src/config.ts";
import { startBroker } from "../../../broker/src/start.ts";
import { createLive, restoreLatest } from "../../../ingest/src/live.ts";
import { openPortalCatalog } from "../../../ingest/src/load-catalog.ts";
import { openOwnDb } from "../../../ingest/src/own-db.ts";
import { type Pipeline, startPipeline } from "../../../ingest/src/pipeline.ts";
import { openFindingSink } from "../../../ingest/src/raise.ts";
import { openRejectStore } from "../../../ingest/src/reject.ts";
import { openSnapshotStore } from "../../../ingest/src/snapshot.ts";
import { startWorld } from "../../../ingest/src/state.ts";
import { followFindings } from "../../../portal/src/service-desk/findings.ts";
import type { StoreServer } from "./store.ts";
import type { Owner, VirtualTime } from "./virtual-time.ts";

/** Switches that break one promise each, in the parts the simulation itself puts together. */
export type Bug =
  | "acknowledges before the commit"
  | "commits without fsync"
  | "saves the offset before the points"
  | "ignores the key of a point"
  | "opens tickets outside the transaction";

export type Surroundings = {
  time: VirtualTime;
  dir: string;
  owner: Owner;
  log: Log;
  bug: Bug | null;
};

/** The whole broker, sockets and doors on the virtual network. */
export function runBroker({ dir, log, bug }: Surroundings) {
  const config = readConfig(brokerConfig, { DATA_DIR: dir, MQTT_PORT: "1", MQTT_WS_PORT: "2" });
  return startBroker(config, { log, ackBeforeCommit: bug === "acknowledges before the commit" });
}

/** Ingest without its door, on the simulated store: joined as ingest/src/start.ts does. */
export async function runIngest({ time, dir, owner, log }: Surroundings, server: StoreServer) {
  const own = openOwnDb(join(dir, "ingest.db"));
  const journal = await openSqliteJournal({ file: join(dir, "findings.db"), requiredReaders: ["portal"] });
  const store = server.open(owner);
  const catalog = openPortalCatalog(dir, log);
  catalog.refresh();
  const snapshots = openSnapshotStore(own);
  const rejects = openRejectStore(own);
  const world = startWorld(catalog);
  snapshots.restore(world);
  restoreLatest(world, await store.last());
  const reader = openSqliteReader(join(dir, "uplink.db"));
  await serveWake({ dataDir: dir, door: "wake-findings", journal, log });
  let brokerThere = false;
  let pipeline: Pipeline | null = null;
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
  pipeline = startPipeline({
    reader,
    store,
    findings: openFindingSink(journal, log),
    rejects,
    snapshots,
    live: createLive(time.wall),
    world,
    clock: time.wall,
    log,
    watching: () => brokerThere,
    onOffset: wake.report,
  });
  setInterval(() => catalog.refresh(), 1_000);
  return { pipeline, world, reader, journal, rejects };
}

/** The portal's service desk: joined as portal/src/start.ts does. */
export function runPortal({ dir, log, bug }: Surroundings) {
  const db = openPortalDb(join(dir, PORTAL_DB));
  if (bug === "opens tickets outside the transaction") withoutTransactions(db);
  let report: (seq: number) => void = () => undefined;
  const reader = openSqliteReader(join(dir, "findings.db"));
  const onApplied = () => undefined;
  const follower = followFindings({ db, reader, log, onApplied, report: (seq) => report(seq) });
  const onHead = () => follower.wake();
  const wake = connectWake({ dataDir: dir, door: "wake-findings", reader: "portal", log, onHead });
  report = wake.report;
  wake.report(follower.offset());
  return { db, follower };
}

/** Every statement by itself, as if nobody had thought of a crash in between. */
function withoutTransactions(db: PortalDb): void {
  Object.assign(db, { transaction: (work: (tx: PortalDb) => unknown) => work(db) });
}

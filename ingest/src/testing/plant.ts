import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeFinding, type Finding } from "@millwright/shared/domain/finding";
import type { ModelCatalog, Tag } from "@millwright/shared/domain/model";
import { createLog } from "@millwright/shared/log";
import type { UplinkRecord } from "@millwright/shared/wire/uplink-record";
import type { Catalog } from "../catalog.ts";
import { createLive, restoreLatest } from "../live.ts";
import { openOwnDb } from "../own-db.ts";
import { startPipeline } from "../pipeline.ts";
import { openFindingSink } from "../raise.ts";
import { createReceiver, type Refused } from "../receive.ts";
import { openRejectStore } from "../reject.ts";
import { openSnapshotStore } from "../snapshot.ts";
import { startWorld } from "../state.ts";
import { encode, MemoryJournal, MemoryStore, upTo } from "./ports.ts";

export const tag = (key: string, more: Partial<Tag> = {}): Tag => ({
  key,
  name: key,
  unit: "bar",
  span: { low: 0, high: 100 },
  expectedIntervalMs: 10_000,
  ...more,
});

export const model = (tags: Tag[], more: Partial<ModelCatalog> = {}): ModelCatalog => ({
  key: "m",
  name: "m",
  tags,
  ...more,
});

type Sample = { device: string; tag: string; at: number; value: number; grade: number };

/** Records straight through decode, grade and detect: no store, no journal, no time. */
export function understand(catalog: Catalog) {
  const samples: Sample[] = [];
  const findings: Finding[] = [];
  const rejected: Refused[] = [];
  const world = startWorld(catalog);
  const receiver = createReceiver(world, {
    sample: (series, at, value, grade) =>
      samples.push({ device: series.device.kept.id, tag: series.kept.tag, at, value, grade }),
    latest: () => {},
    presence: () => {},
    finding: (finding) => findings.push(finding),
    rejected: (message) => rejected.push(message),
  });
  return { samples, findings, rejected, world, ...receiver };
}

/** The whole pipeline on in-memory engines that outlive it, so that it can be killed and started again. */
export class Installation {
  readonly uplink = new MemoryJournal();
  readonly findings = new MemoryJournal();
  readonly store = new MemoryStore();
  private readonly dir = mkdtempSync(join(tmpdir(), "ingest-"));
  readonly file = join(this.dir, "ingest.db");
  readonly offsets: number[] = [];

  constructor(readonly catalog: Catalog) {}

  send(records: readonly UplinkRecord[]): void {
    for (const record of records) this.uplink.records.push(encode(record));
  }

  found(): Finding[] {
    return this.findings.records.map(decodeFinding);
  }

  start(through = Number.POSITIVE_INFINITY) {
    const log = createLog("ingest", "silent");
    const db = openOwnDb(this.file);
    const snapshots = openSnapshotStore(db);
    const rejects = openRejectStore(db);
    const world = startWorld(this.catalog);
    snapshots.restore(world);
    const live = createLive(() => 0);
    restoreLatest(world, [...this.store.newest.values()]);
    const pipeline = startPipeline({
      reader: upTo(this.uplink, () => through),
      store: this.store,
      findings: openFindingSink(this.findings, log, 5),
      rejects,
      snapshots,
      live,
      world,
      clock: () => 0,
      log,
      watching: () => false,
      onOffset: (seq) => this.offsets.push(seq),
    });
    return { pipeline, world, rejects, live, db, snapshots };
  }

  /** Handles the records through `through`, then ends: properly, or as a kill would, with nothing kept since the last snapshot. */
  async runTo(through: number, end: "stop" | "kill"): Promise<void> {
    const { pipeline, db, world } = this.start(through);
    await pipeline.drained();
    if (end === "kill") {
      // What a killed process would not have kept must not be kept: the file is closed under its feet.
      db.close();
      await pipeline.stop().catch(() => {});
    } else {
      await pipeline.stop();
      db.close();
    }
    void world;
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

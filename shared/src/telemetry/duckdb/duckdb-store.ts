import { statSync } from "node:fs";
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import type { Clock } from "../../clock.ts";
import { Failure } from "../../failure.ts";
import { BucketRow, bucketWidthMs, DAY_MS, HOUR_MS, STEP_MS } from "../buckets.ts";
import { Newest } from "../newest.ts";
import { Serial } from "../serial.ts";
import { SeriesBook } from "../series-book.ts";
import type {
  Bucket,
  LastValue,
  RangeQuery,
  RangeSeries,
  RollupQuery,
  SampleBatch,
  StoreStats,
  TelemetryStore,
  WriteResult,
} from "../store.ts";
import { SampleAppender } from "./append.ts";
import { type Catalogue, monthStart, openCatalogue } from "./catalogue.ts";
import { dropMonths, eraseSeries } from "./erase.ts";
import { writeLate } from "./late.ts";
import { countSql, rangeSql, readFigures, rollupSql } from "./range-sql.ts";
import { Readers } from "./readers.ts";
import { restore } from "./restore.ts";
import { roll, snapshotLast } from "./roll.ts";

type Settings = { file: string; now: Clock; keepDays: number | undefined; rollRows: number };

/** Built by openDuckdbStore. All changes go through one connection, one after the other. */
export class DuckdbStore implements TelemetryStore {
  readonly #settings: Settings;
  readonly #instance: DuckDBInstance;
  readonly #writer: DuckDBConnection;
  readonly #readers: Readers;
  readonly #jobs = new Serial();
  readonly #book = new SeriesBook();
  readonly #newest = new Newest();
  #catalogue: Catalogue;
  #offset = 0;
  #hot: SampleAppender;
  readonly #late: SampleAppender;
  #checkpointDue = false;
  #rollFailed = false;
  #closed = false;

  private constructor(
    settings: Settings,
    instance: DuckDBInstance,
    writer: DuckDBConnection,
    readers: Readers,
    catalogue: Catalogue,
    hot: SampleAppender,
    late: SampleAppender,
  ) {
    this.#settings = settings;
    this.#instance = instance;
    this.#writer = writer;
    this.#readers = readers;
    this.#catalogue = catalogue;
    this.#hot = hot;
    this.#late = late;
  }

  static async open(instance: DuckDBInstance, settings: Settings): Promise<DuckdbStore> {
    const writer = await instance.connect();
    const catalogue = await openCatalogue(writer, settings.now());
    const hot = await SampleAppender.open(writer, catalogue.hot);
    const late = await SampleAppender.open(writer, "late", "temp");
    const readers = await Readers.open(instance);
    const store = new DuckdbStore(settings, instance, writer, readers, catalogue, hot, late);
    store.#offset = await restore(writer, catalogue, store.#book, store.#newest);
    return store;
  }

  offset(): number {
    return this.#offset;
  }

  series(device: string, tag: string): number {
    return this.#book.id(device, tag);
  }

  write(batch: SampleBatch, offset: number): Promise<WriteResult> {
    return this.#jobs.run(async () => {
      this.#assertOpen();
      const result = await this.#store(batch, offset);
      // The batch is stored, whatever becomes of the roll: maintain() tries again and tells why it fails.
      if (this.#catalogue.hotRows >= this.#settings.rollRows && !this.#rollFailed) {
        await this.#roll().catch(() => {
          this.#rollFailed = true;
        });
      }
      return result;
    });
  }

  async #store(batch: SampleBatch, offset: number): Promise<WriteResult> {
    const { fresh, freshCount, late, lateCount, repeated } = this.#newest.sort(batch, this.#book);
    // A history load beside the journal's reader must not take its offset back.
    const newOffset = Math.max(offset, this.#offset);
    const added = this.#book.unsavedIn(batch);
    const result = { appended: freshCount, rewritten: lateCount, repeated };
    if (freshCount + lateCount + added.length === 0 && newOffset === this.#offset) return result;
    try {
      await this.#transaction(async () => {
        if (added.length > 0) await this.#saveSeries(added);
        if (freshCount > 0) this.#hot.append(batch, fresh, freshCount);
        if (late.length > 0)
          await writeLate(this.#writer, this.#catalogue, this.#late, this.#hot, batch, late);
        await this.#writer.run(`UPDATE offsets SET id = ${newOffset} WHERE name = 'uplink'`);
      });
    } catch (error) {
      this.#newest.undo();
      throw error;
    }
    for (const id of added) this.#book.unsaved.delete(id);
    this.#offset = newOffset;
    this.#catalogue.hotRows += freshCount + late.length;
    if (this.#catalogue.hotRows > 0) this.#catalogue.hotSince ??= this.#settings.now();
    return result;
  }

  async #saveSeries(ids: readonly number[]): Promise<void> {
    const appender = await this.#writer.createAppender("series", "main");
    try {
      for (const id of ids) {
        const { device, tag } = this.#book.name(id)!;
        appender.appendInteger(id);
        appender.appendVarchar(device);
        appender.appendVarchar(tag);
        appender.endRow();
      }
      appender.flushSync();
    } finally {
      appender.clear();
      appender.closeSync();
    }
  }

  async last(): Promise<LastValue[]> {
    return this.#newest.all(this.#book);
  }

  async range(query: RangeQuery): Promise<RangeSeries[]> {
    const widthMs = bucketWidthMs(query);
    const series = this.#book.select(query.devices, query.tags);
    if (series.length === 0) return [];
    const { from, to } = query;
    const columns = await this.#read(() => rangeSql(this.#catalogue, series, { from, to, widthMs }));
    const rowByTag = new Map<string, BucketRow>();
    for (const found of readFigures(columns)) {
      const { tag } = this.#book.name(found.series)!;
      let row = rowByTag.get(tag);
      if (row === undefined) {
        row = new BucketRow();
        rowByTag.set(tag, row);
      }
      row.add(found.figures);
    }
    return [...rowByTag]
      .map(([tag, row]) => ({ tag, points: row.points() }))
      .sort((a, b) => (a.tag < b.tag ? -1 : 1));
  }

  async rollup(query: RollupQuery): Promise<Bucket[]> {
    const series = this.#book.find(query.device, query.tag);
    if (series === undefined) return [];
    const columns = await this.#read(() =>
      rollupSql(this.#catalogue, series, STEP_MS[query.step], query.from, query.to),
    );
    const row = new BucketRow();
    for (const found of readFigures(columns)) row.add(found.figures);
    return row.points();
  }

  maintain(nowMs: number): Promise<void> {
    return this.#jobs.run(async () => {
      this.#assertOpen();
      const { hotRows, hotSince } = this.#catalogue;
      const old = hotSince !== null && nowMs - hotSince >= HOUR_MS;
      if (old || hotRows >= this.#settings.rollRows) await this.#roll();
      this.#rollFailed = false;
      if (this.#checkpointDue) await this.#checkpoint();
      if (this.#settings.keepDays !== undefined)
        await this.#dropBefore(nowMs - this.#settings.keepDays * DAY_MS);
    });
  }

  /** Drops the months that ended before the time. */
  async #dropBefore(time: number): Promise<void> {
    const old = [...this.#catalogue.months].filter((month) => monthStart(month + 1) <= time);
    if (old.length === 0) return;
    await this.#transaction(() => dropMonths(this.#writer, old));
    const months = new Set([...this.#catalogue.months].filter((month) => !old.includes(month)));
    this.#catalogue = { ...this.#catalogue, months };
    await this.#checkpoint();
  }

  /** Frees the blocks of dropped rows. Not possible while a read is running: then with the next upkeep. */
  async #checkpoint(): Promise<void> {
    try {
      await this.#writer.run("CHECKPOINT");
      this.#checkpointDue = false;
    } catch (error) {
      if (!String(error).includes("Cannot CHECKPOINT")) throw error;
      this.#checkpointDue = true;
    }
  }

  /** Sorts the hot rows into their months. */
  async #roll(): Promise<void> {
    if (this.#catalogue.hotRows === 0) return;
    let next = this.#catalogue;
    await this.#transaction(async () => {
      next = await roll(this.#writer, this.#catalogue);
      await snapshotLast(this.#writer, this.#newest, this.#book);
    });
    this.#catalogue = next;
    this.#hot.close();
    this.#hot = await SampleAppender.open(this.#writer, next.hot);
    await this.#checkpoint();
  }

  erase(device: string): Promise<void> {
    return this.#jobs.run(async () => {
      this.#assertOpen();
      const ids = this.#book.idsOf(device);
      if (ids.length === 0) return;
      await this.#transaction(() => eraseSeries(this.#writer, this.#catalogue, ids));
      for (const id of ids) {
        // The name stays in memory: a writer may still hold the id, and its next point then saves the name again.
        this.#book.unsaved.add(id);
        this.#newest.forget(id);
      }
      await this.#checkpoint();
    });
  }

  async stats(): Promise<StoreStats> {
    const [counts] = await this.#read(() => countSql(this.#catalogue));
    return {
      engine: "duckdb",
      points: (counts as number[])[0]!,
      series: this.#book.size - this.#book.unsaved.size,
      bytes: sizeOf(this.#settings.file) + sizeOf(`${this.#settings.file}.wal`),
    };
  }

  close(): Promise<void> {
    return this.#jobs.run(async () => {
      if (this.#closed) return;
      this.#closed = true;
      this.#hot.close();
      this.#late.close();
      this.#readers.close();
      this.#writer.closeSync();
      this.#instance.closeSync();
    });
  }

  async #transaction(work: () => Promise<void>): Promise<void> {
    await this.#writer.run("BEGIN");
    try {
      await work();
      await this.#writer.run("COMMIT");
    } catch (error) {
      // Rows appended and not flushed would land in the next transaction.
      this.#hot.clear();
      this.#late.clear();
      // A failed COMMIT has already ended the transaction.
      await this.#writer.run("ROLLBACK").catch(() => undefined);
      throw error;
    }
  }

  /** A roll between making the statement and running it drops a table the statement names: then it is made anew. */
  async #read(makeSql: () => string): Promise<unknown[][]> {
    for (let attempt = 1; ; attempt++) {
      this.#assertOpen();
      try {
        return await this.#readers.query(makeSql);
      } catch (error) {
        if (attempt === 3 || !/does not exist/.test(String(error))) throw error;
        // The writer's job in hand ends with the new catalogue.
        await this.#jobs.run(async () => undefined);
      }
    }
  }

  #assertOpen(): void {
    if (this.#closed) throw new Failure("unavailable", "the telemetry store is closed");
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

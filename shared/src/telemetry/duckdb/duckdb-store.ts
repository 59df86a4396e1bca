import type { Clock } from "../../clock.ts";
import { Failure } from "../../failure.ts";
import { BucketRow, bucketWidthMs, DAY_MS, HOUR_MS, STEP_MS } from "../buckets.ts";
import { DoubtRows } from "../doubt-rows.ts";
import { Newest } from "../newest.ts";
import { RangeRows } from "../range-rows.ts";
import { Serial } from "../serial.ts";
import { SeriesBook } from "../series-book.ts";
import type {
  Bucket,
  DoubtSeries,
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
import { monthStart } from "./catalogue.ts";
import { dropMonths, eraseSeries } from "./erase.ts";
import { extractorOf } from "./extracts.ts";
import { writeLate } from "./late.ts";
import { countSql, doubtSql, rangeSql, readFigures, rollupSql } from "./range-sql.ts";
import { restore } from "./restore.ts";
import { roll, snapshotLast } from "./roll.ts";
import { saveSeries } from "./save-series.ts";
import {
  breaksSession,
  bytesOf,
  closeSession,
  explained,
  openSession,
  type Session,
  type SessionOptions,
} from "./session.ts";

export type DuckdbSettings = SessionOptions & { now: Clock; keepDays: number | undefined; rollRows: number };

/** Built by openDuckdbStore. All changes go through one connection, one after the other. */
export class DuckdbStore implements TelemetryStore {
  readonly #settings: DuckdbSettings;
  readonly #jobs = new Serial();
  readonly #book = new SeriesBook();
  #newest = new Newest();
  #offset = 0;
  /** null while the file cannot be opened. */
  #session: Session | null = null;
  /** What the database did last makes it unfit: the next job opens it anew. */
  #broken = false;
  #checkpointDue = false;
  #rollFailed = false;
  #closed = false;

  private constructor(settings: DuckdbSettings) {
    this.#settings = settings;
  }

  static async open(settings: DuckdbSettings): Promise<DuckdbStore> {
    const store = new DuckdbStore(settings);
    await store.#open();
    return store;
  }

  async #open(): Promise<void> {
    const session = await openSession(this.#settings, this.#settings.now());
    // From the file alone: a write that failed may have reached it all the same.
    const newest = new Newest();
    const offset = await restore(session.writer, session.catalogue, this.#book, newest);
    if (offset < this.#offset) {
      await closeSession(session);
      throw new Failure("conflict", `${this.#settings.file} holds less than has been committed to it`);
    }
    this.#newest = newest;
    this.#offset = offset;
    this.#session = session;
    this.#broken = false;
  }

  /** Runs one change after the other, on a database that is whole: one that has given itself up is opened anew first. */
  #job<T>(work: () => Promise<T>): Promise<T> {
    return this.#jobs.run(async () => {
      this.#assertOpen();
      try {
        if (this.#broken && this.#session !== null) {
          const broken = this.#session;
          this.#session = null;
          await closeSession(broken);
        }
        if (this.#session === null) await this.#open();
        return await work();
      } catch (error) {
        this.#broken ||= breaksSession(error);
        throw explained(this.#settings.file, error);
      }
    });
  }

  get #at(): Session {
    if (this.#session !== null) return this.#session;
    throw new Failure("unavailable", "the telemetry store cannot be opened");
  }

  offset(): number {
    return this.#offset;
  }

  series(device: string, tag: string): number {
    return this.#book.id(device, tag);
  }

  write(batch: SampleBatch, offset: number): Promise<WriteResult> {
    return this.#job(async () => {
      const result = await this.#store(batch, offset);
      // The batch is stored, whatever becomes of the roll: maintain() tries again and tells why it fails.
      if (this.#at.catalogue.hotRows >= this.#settings.rollRows && !this.#rollFailed) {
        await this.#roll().catch((error: unknown) => {
          this.#rollFailed = true;
          this.#broken ||= breaksSession(error);
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
        if (added.length > 0) await saveSeries(this.#at.writer, this.#book, added);
        if (freshCount > 0) this.#at.hot.append(batch, fresh, freshCount);
        if (late.length > 0)
          await writeLate(this.#at.writer, this.#at.catalogue, this.#at.late, this.#at.hot, batch, late);
        await this.#at.writer.run(`UPDATE offsets SET id = ${newOffset} WHERE name = 'uplink'`);
      });
    } catch (error) {
      this.#newest.undo();
      throw error;
    }
    for (const id of added) this.#book.unsaved.delete(id);
    this.#offset = newOffset;
    this.#at.catalogue.hotRows += freshCount + late.length;
    if (this.#at.catalogue.hotRows > 0) this.#at.catalogue.hotSince ??= this.#settings.now();
    return result;
  }

  async last(): Promise<LastValue[]> {
    return this.#newest.all(this.#book);
  }

  async range(query: RangeQuery): Promise<RangeSeries[]> {
    const widthMs = bucketWidthMs(query);
    const series = this.#book.select(query.devices, query.tags);
    if (series.length === 0) return [];
    const { from, to } = query;
    const columns = await this.#read(() => rangeSql(this.#at.catalogue, series, { from, to, widthMs }));
    const rows = new RangeRows(query);
    for (const found of readFigures(columns)) rows.of(this.#book.name(found.series)!).add(found.figures);
    return rows.series();
  }

  async doubt(query: RangeQuery): Promise<DoubtSeries[]> {
    const widthMs = bucketWidthMs(query);
    const series = this.#book.select(query.devices, query.tags);
    if (series.length === 0) return [];
    const { from, to } = query;
    const columns = await this.#read(() => doubtSql(this.#at.catalogue, series, { from, to, widthMs }));
    const [ids = [], times = [], counts = []] = columns as number[][];
    const rows = new DoubtRows();
    for (const [i, id] of ids.entries()) rows.add(this.#book.name(id)!.tag, times[i]!, counts[i]!);
    return rows.series();
  }

  async rollup(query: RollupQuery): Promise<Bucket[]> {
    const series = this.#book.find(query.device, query.tag);
    if (series === undefined) return [];
    const columns = await this.#read(() =>
      rollupSql(this.#at.catalogue, series, STEP_MS[query.step], query.from, query.to),
    );
    const row = new BucketRow();
    for (const found of readFigures(columns)) row.add(found.figures);
    return row.points();
  }

  maintain(nowMs: number): Promise<void> {
    return this.#job(async () => {
      const { hotRows, hotSince } = this.#at.catalogue;
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
    const old = [...this.#at.catalogue.months].filter((month) => monthStart(month + 1) <= time);
    if (old.length === 0) return;
    await this.#transaction(() => dropMonths(this.#at.writer, old));
    const months = new Set([...this.#at.catalogue.months].filter((month) => !old.includes(month)));
    this.#at.catalogue = { ...this.#at.catalogue, months };
    await this.#checkpoint();
  }

  /** Frees the blocks of dropped rows. Not possible while a read is running: then with the next upkeep. */
  async #checkpoint(): Promise<void> {
    try {
      await this.#at.writer.run("CHECKPOINT");
      this.#checkpointDue = false;
    } catch (error) {
      if (!String(error).includes("Cannot CHECKPOINT")) throw error;
      this.#checkpointDue = true;
    }
  }

  /** Sorts the hot rows into their months. */
  async #roll(): Promise<void> {
    if (this.#at.catalogue.hotRows === 0) return;
    let next = this.#at.catalogue;
    await this.#transaction(async () => {
      next = await roll(this.#at.writer, this.#at.catalogue);
      await snapshotLast(this.#at.writer, this.#newest, this.#book);
    });
    this.#at.catalogue = next;
    this.#at.hot.close();
    this.#at.hot = await SampleAppender.open(this.#at.writer, next.hot);
    await this.#checkpoint();
  }

  erase(device: string): Promise<void> {
    return this.#job(async () => {
      const ids = this.#book.idsOf(device);
      if (ids.length === 0) return;
      await this.#transaction(() => eraseSeries(this.#at.writer, this.#at.catalogue, ids));
      for (const id of ids) {
        // The name stays in memory: a writer may still hold the id, and its next point then saves the name again.
        this.#book.unsaved.add(id);
        this.#newest.forget(id);
      }
      await this.#checkpoint();
    });
  }

  async stats(): Promise<StoreStats> {
    const [counts] = await this.#read(() => countSql(this.#at.catalogue));
    return {
      engine: "duckdb",
      points: (counts as number[])[0]!,
      series: this.#book.size - this.#book.unsaved.size,
      bytes: bytesOf(this.#settings.file),
    };
  }

  copyTo(file: string, signal: AbortSignal): Promise<void> {
    return this.#at.copies.to(file, signal);
  }

  readonly extractor = extractorOf(
    () => this.#at,
    this.#book,
    (ask) => this.#again(ask),
  );

  close(): Promise<void> {
    return this.#jobs.run(async () => {
      if (this.#closed) return;
      this.#closed = true;
      if (this.#session !== null) await closeSession(this.#session);
    });
  }

  async #transaction(work: () => Promise<void>): Promise<void> {
    await this.#at.writer.run("BEGIN");
    try {
      await work();
      await this.#at.writer.run("COMMIT");
    } catch (error) {
      // Rows appended and not flushed would land in the next transaction.
      this.#at.hot.clear();
      this.#at.late.clear();
      // A failed COMMIT has already ended the transaction.
      await this.#at.writer.run("ROLLBACK").catch(() => undefined);
      throw error;
    }
  }

  async #read(makeSql: () => string): Promise<unknown[][]> {
    try {
      return await this.#again(() => this.#at.readers.query(makeSql));
    } catch (error) {
      this.#broken ||= breaksSession(error);
      throw explained(this.#settings.file, error);
    }
  }

  /** A roll between making the statement and running it drops a table the statement names: then it is made anew. */
  async #again<T>(ask: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      this.#assertOpen();
      try {
        return await ask();
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

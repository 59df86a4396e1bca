import type { Log } from "../../log.ts";
import { BucketRow, bucketWidthMs, DAY_MS, HOUR_MS, MINUTE_MS, STEP_MS } from "../buckets.ts";
import { DoubtRows } from "../doubt-rows.ts";
import type { Extractor } from "../extract.ts";
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
  RollupStep,
  SampleBatch,
  StoreStats,
  TelemetryStore,
  WriteResult,
} from "../store.ts";
import { influxExtractor } from "./extract.ts";
import {
  doubtOfSamples,
  figuresOfRollups,
  figuresOfSamples,
  readFigures,
  seriesCondition,
} from "./figures-ql.ts";
import { labelOf, lineStart, nameOf, quoted, ROLLUPS, SAMPLES } from "./line.ts";
import { nextRound, rollUp } from "./roll-up.ts";
import type { InfluxServer } from "./server.ts";
import type { InfluxState } from "./state.ts";

/** Quality stands beside raw samples only, and InfluxDB reads all of them to find the few: not for more than this. */
const DOUBT_SPAN_MS = 2 * DAY_MS;
/** Counting all points is a full scan: not again before this many times as long as it took. */
const COUNT_REST = 200;

/** Built by openInfluxStore. Points are idempotent in InfluxDB, so a batch may be written again at any time. */
export class InfluxStore implements TelemetryStore {
  readonly #server: InfluxServer;
  readonly #state: InfluxState;
  readonly #jobs = new Serial();
  readonly #book = new SeriesBook();
  readonly #newest = new Newest();
  readonly #lineStarts: string[] = [];
  #offset = 0;
  #counted = { points: 0, nextAt: 0 };

  private constructor(server: InfluxServer, state: InfluxState) {
    this.#server = server;
    this.#state = state;
  }

  static async open(server: InfluxServer, state: InfluxState, log: Log): Promise<InfluxStore> {
    const store = new InfluxStore(server, state);
    store.#offset = state.load(store.#book, store.#newest);
    if (store.#book.highest === 0) {
      // A new or lost state file: whatever the server has already is taken over.
      await store
        .#adopt()
        .catch((error: unknown) => log.warn({ reason: String(error) }, "InfluxDB is not reachable"));
    }
    return store;
  }

  async #adopt(): Promise<void> {
    const [tables] = await this.#server.query([
      `SELECT last(v) AS v, grade FROM ${SAMPLES} GROUP BY "device", "tag"`,
    ]);
    for (const table of tables!) {
      const id = this.#book.id(nameOf(table.tags!.device!), nameOf(table.tags!.tag!));
      const [time, value, grade] = table.values[0] as [number, number, number];
      this.#newest.set(id, time, value, grade);
    }
  }

  offset(): number {
    return this.#offset;
  }

  series(device: string, tag: string): number {
    return this.#book.id(device, tag);
  }

  write(batch: SampleBatch, offset: number): Promise<WriteResult> {
    return this.#jobs.run(async () => {
      const { fresh, freshCount, late, lateCount, repeated } = this.#newest.sort(batch, this.#book);
      const newOffset = Math.max(offset, this.#offset);
      const added = this.#book.unsavedIn(batch);
      const result = { appended: freshCount, rewritten: lateCount, repeated };
      if (freshCount + lateCount === 0 && newOffset === this.#offset) return result;
      try {
        const lines: string[] = [];
        for (let i = 0; i < freshCount; i++) lines.push(this.#line(batch, fresh[i]!));
        for (const row of late) lines.push(this.#line(batch, row));
        this.#state.mark(batch, fresh, freshCount);
        this.#state.mark(batch, late, late.length);
        if (lines.length > 0) await this.#server.write(lines);
        this.#state.commit(newOffset, added, this.#book, this.#newest);
      } catch (error) {
        this.#newest.undo();
        throw error;
      }
      for (const id of added) this.#book.unsaved.delete(id);
      this.#offset = newOffset;
      return result;
    });
  }

  #line(batch: SampleBatch, row: number): string {
    const id = batch.series[row]!;
    let start = this.#lineStarts[id];
    if (start === undefined) {
      const { device, tag } = this.#book.name(id)!;
      start = lineStart(SAMPLES, device, tag);
      this.#lineStarts[id] = start;
    }
    return `${start}v=${batch.value[row]},grade=${batch.grade[row]}i ${batch.time[row]}`;
  }

  async last(): Promise<LastValue[]> {
    return this.#newest.all(this.#book);
  }

  async range(query: RangeQuery): Promise<RangeSeries[]> {
    const widthMs = bucketWidthMs(query);
    const ids = this.#book.select(query.devices, query.tags);
    if (ids.length === 0) return [];
    const { from, to } = query;
    const condition = seriesCondition(this.#book, ids);
    const statements: string[] = [];
    const grid = { start: from, widthMs };
    const labels = query.byDevice ? '"device", "tag"' : '"tag"';
    let rawFrom = from;
    const step = this.#stepFor(query, widthMs, ids);
    if (step !== null) {
      const rollupEnd = Math.min(to - (to % STEP_MS[step]), this.#state.dirtyFrom(ids, from));
      if (rollupEnd > from) {
        statements.push(figuresOfRollups(step, condition, { from, to: rollupEnd }, grid, labels));
        rawFrom = rollupEnd;
      }
    }
    if (rawFrom < to) {
      statements.push(figuresOfSamples(condition, { from: rawFrom, to }, grid, labels));
    }
    const rows = new RangeRows(query);
    for (const table of (await this.#server.query(statements)).flat()) {
      const { device = "", tag = "" } = table.tags!;
      const row = rows.of({ device: nameOf(device), tag: nameOf(tag) });
      // Tables of one tag come oldest first, and each has one row a bucket: the later one has the later `last`.
      for (const figures of readFigures(table)) row.append(figures);
    }
    return rows.series();
  }

  async doubt(query: RangeQuery): Promise<DoubtSeries[]> {
    const widthMs = bucketWidthMs(query);
    const ids = this.#book.select(query.devices, query.tags);
    const { from, to } = query;
    if (ids.length === 0 || to - from > DOUBT_SPAN_MS) return [];
    const statement = doubtOfSamples(
      seriesCondition(this.#book, ids),
      { from, to },
      { start: from, widthMs },
    );
    const rows = new DoubtRows();
    for (const table of (await this.#server.query([statement])).flat()) {
      const tag = nameOf(table.tags!.tag ?? "");
      for (const [time, count] of table.values as [number, number][])
        if (count > 0) rows.add(tag, time, count);
    }
    return rows.series();
  }

  /**
   * The rollup that fits: no bucket edge cuts a step, and no two devices of one row share a tag (a rollup does not tell which of
   * them measured last).
   */
  #stepFor({ from, byDevice }: RangeQuery, widthMs: number, ids: readonly number[]): RollupStep | null {
    if (!byDevice && new Set(ids.map((id) => this.#book.name(id)!.tag)).size < ids.length) return null;
    if (from % HOUR_MS === 0 && widthMs % HOUR_MS === 0) return "1h";
    return from % MINUTE_MS === 0 && widthMs % MINUTE_MS === 0 ? "1m" : null;
  }

  async rollup({ device, tag, step, from, to }: RollupQuery): Promise<Bucket[]> {
    const id = this.#book.find(device, tag);
    if (id === undefined) return [];
    const stepMs = STEP_MS[step];
    const first = Math.ceil(from / stepMs) * stepMs;
    const end = Math.ceil(to / stepMs) * stepMs;
    const dirtyFrom = Math.min(end, Math.max(first, this.#state.dirtyFrom([id], first)));
    const condition = seriesCondition(this.#book, [id]);
    const grid = { start: first, widthMs: stepMs };
    const statements: string[] = [];
    if (dirtyFrom > first) {
      statements.push(figuresOfRollups(step, condition, { from: first, to: dirtyFrom }, grid, '"tag"'));
    }
    if (end > dirtyFrom)
      statements.push(figuresOfSamples(condition, { from: dirtyFrom, to: end }, grid, '"tag"'));
    const row = new BucketRow();
    if (statements.length === 0) return [];
    for (const table of (await this.#server.query(statements)).flat()) {
      for (const figures of readFigures(table)) row.append(figures);
    }
    return row.points();
  }

  /** Rolls up the hours that are over; writes take their turn between two rounds. */
  async maintain(nowMs: number): Promise<void> {
    for (let more = true; more; ) {
      more = await this.#jobs.run(async () => {
        const round = nextRound(this.#state, nowMs);
        if (round === null) return false;
        await rollUp(this.#server, this.#state, this.#book, round);
        return true;
      });
    }
  }

  erase(device: string): Promise<void> {
    return this.#jobs.run(async () => {
      const ids = this.#book.idsOf(device);
      if (ids.length === 0) return;
      await this.#server.erase([SAMPLES, ...Object.values(ROLLUPS)], labelOf(device), quoted(device));
      this.#state.erase(ids);
      for (const id of ids) {
        this.#book.unsaved.add(id);
        this.#newest.forget(id);
      }
      this.#counted.nextAt = 0;
    });
  }

  async stats(): Promise<StoreStats> {
    const started = performance.now();
    if (started >= this.#counted.nextAt) {
      const [tables] = await this.#server.query([`SELECT count(v) FROM ${SAMPLES}`]);
      const took = performance.now() - started;
      const points = (tables![0]?.values[0]?.[1] as number | undefined) ?? 0;
      this.#counted = { points, nextAt: took < 50 ? 0 : performance.now() + took * COUNT_REST };
    }
    return {
      engine: "influx",
      points: this.#counted.points,
      series: this.#book.size - this.#book.unsaved.size,
      bytes: null,
    };
  }

  get extractor(): Extractor {
    return influxExtractor(this.#server, this.#book, (query) => this.rollup(query));
  }

  close(): Promise<void> {
    return this.#jobs.run(async () => this.#state.close());
  }
}

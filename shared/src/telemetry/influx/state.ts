import Database from "better-sqlite3";
import { HOUR_MS } from "../buckets.ts";
import type { Newest } from "../newest.ts";
import type { SeriesBook } from "../series-book.ts";
import type { SampleBatch } from "../store.ts";

/**
 * What InfluxDB cannot keep in one transaction with the points: the offset, the series' numbers, their newest points,
 * and the hours whose rollups are not computed yet. Written after the points: a crash in between repeats a batch,
 * which InfluxDB stores once.
 */
export class InfluxState {
  readonly #db: Database.Database;
  /** Hour starts to be rolled up, by series. */
  readonly dirty = new Map<number, Set<number>>();
  /** Marks that are not in the file yet. */
  #unsavedDirty: { series: number; hour: number }[] = [];

  constructor(file: string) {
    this.#db = new Database(file);
    this.#db.pragma("journal_mode = WAL");
    this.#db.pragma("synchronous = FULL");
    this.#db.exec(`
      CREATE TABLE IF NOT EXISTS offsets(name TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS series(id INTEGER PRIMARY KEY, device TEXT NOT NULL, tag TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS last(series INTEGER PRIMARY KEY, t INTEGER NOT NULL, v REAL NOT NULL, grade INTEGER NOT NULL);
      CREATE TABLE IF NOT EXISTS dirty(series INTEGER NOT NULL, hour INTEGER NOT NULL, PRIMARY KEY(series, hour)) WITHOUT ROWID;
    `);
  }

  /** Fills names and newest points; returns the stored offset. */
  load(book: SeriesBook, newest: Newest): number {
    type Named = { id: number; device: string; tag: string };
    for (const row of this.#db.prepare("SELECT id, device, tag FROM series").all() as Named[]) {
      book.restore(row.id, row.device, row.tag);
    }
    type Point = { series: number; t: number; v: number; grade: number };
    for (const row of this.#db.prepare("SELECT series, t, v, grade FROM last").all() as Point[]) {
      newest.set(row.series, row.t, row.v, row.grade);
    }
    for (const row of this.#db.prepare("SELECT series, hour FROM dirty").all() as {
      series: number;
      hour: number;
    }[]) {
      this.#enter(row.series, row.hour);
    }
    const offset = this.#db.prepare("SELECT seq FROM offsets WHERE name = 'uplink'").get() as
      | { seq: number }
      | undefined;
    return offset?.seq ?? 0;
  }

  /** Remembers the hours of these rows; in the file with the next commit. */
  mark(batch: SampleBatch, rows: ArrayLike<number>, count: number): void {
    for (let i = 0; i < count; i++) {
      const series = batch.series[rows[i]!]!;
      const time = batch.time[rows[i]!]!;
      const hour = time - (time % HOUR_MS);
      if (this.dirty.get(series)?.has(hour)) continue;
      this.#enter(series, hour);
      this.#unsavedDirty.push({ series, hour });
    }
  }

  commit(offset: number, added: readonly number[], book: SeriesBook, newest: Newest): void {
    const addSeries = this.#db.prepare("INSERT OR REPLACE INTO series VALUES (?, ?, ?)");
    const setLast = this.#db.prepare("INSERT OR REPLACE INTO last VALUES (?, ?, ?, ?)");
    const addDirty = this.#db.prepare("INSERT OR IGNORE INTO dirty VALUES (?, ?)");
    const setOffset = this.#db.prepare("INSERT OR REPLACE INTO offsets VALUES ('uplink', ?)");
    this.#db.transaction(() => {
      for (const id of added) addSeries.run(id, book.name(id)!.device, book.name(id)!.tag);
      for (const id of newest.touched()) {
        const point = newest.of(id)!;
        setLast.run(id, point.time, point.value, point.grade);
      }
      for (const { series, hour } of this.#unsavedDirty) addDirty.run(series, hour);
      setOffset.run(offset);
    })();
    this.#unsavedDirty = [];
  }

  rolledUp(done: readonly { series: number; hour: number }[]): void {
    const remove = this.#db.prepare("DELETE FROM dirty WHERE series = ? AND hour = ?");
    this.#db.transaction(() => {
      for (const { series, hour } of done) remove.run(series, hour);
    })();
    for (const { series, hour } of done) {
      const hours = this.dirty.get(series);
      hours?.delete(hour);
      if (hours?.size === 0) this.dirty.delete(series);
    }
  }

  /** Start of the earliest hour that waits for its rollups in any of the series; Infinity when none does. */
  dirtyFrom(series: readonly number[], from: number): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const id of series) {
      for (const hour of this.dirty.get(id) ?? [])
        if (hour + HOUR_MS > from && hour < earliest) earliest = hour;
    }
    return earliest;
  }

  erase(ids: readonly number[]): void {
    this.#db.transaction(() => {
      for (const id of ids) {
        this.#db.prepare("DELETE FROM series WHERE id = ?").run(id);
        this.#db.prepare("DELETE FROM last WHERE series = ?").run(id);
        this.#db.prepare("DELETE FROM dirty WHERE series = ?").run(id);
      }
    })();
    for (const id of ids) this.dirty.delete(id);
    this.#unsavedDirty = this.#unsavedDirty.filter(({ series }) => !ids.includes(series));
  }

  close(): void {
    this.#db.close();
  }

  #enter(series: number, hour: number): void {
    const hours = this.dirty.get(series);
    if (hours === undefined) this.dirty.set(series, new Set([hour]));
    else hours.add(hour);
  }
}

import { Failure } from "../failure.ts";
import type { SeriesBook } from "./series-book.ts";
import type { LastValue, SampleBatch } from "./store.ts";

/** End of year 9999, epoch ms: later times have no day table. */
const TIME_LIMIT_MS = 253_402_300_800_000;

/** How the rows of one batch are to be stored; numbers are row indexes of the batch. */
export type Sorted = {
  /** Newer than anything stored of their series: append. The first `freshCount` entries are valid. */
  fresh: Uint32Array;
  freshCount: number;
  /** Older or repeated times: delete and insert. The last row of each (series, time) only. */
  late: number[];
  /** Rows that took the exact path, the overtaken ones included. */
  lateCount: number;
  /** Exact repeats of the newest point. */
  repeated: number;
};

/**
 * Newest point of every series, in memory: tells new from late without asking the database. `sort` moves on with the
 * batch; `undo` takes the last batch back when it could not be stored.
 */
export class Newest {
  #time = new Float64Array(1024).fill(-1);
  #value = new Float64Array(1024);
  #grade = new Uint8Array(1024);
  /** Batch number in which the series was last touched. */
  #touched = new Uint32Array(1024);
  #batchNumber = 0;
  #undo: { series: number; time: number; value: number; grade: number }[] = [];
  #fresh = new Uint32Array(4096);

  set(series: number, time: number, value: number, grade: number): void {
    if (series >= this.#time.length) this.#grow(series);
    this.#time[series] = time;
    this.#value[series] = value;
    this.#grade[series] = grade;
  }

  forget(series: number): void {
    if (series < this.#time.length) this.#time[series] = -1;
  }

  /** Series the last batch moved. */
  touched(): number[] {
    return this.#undo.map((entry) => entry.series);
  }

  of(series: number): { time: number; value: number; grade: number } | undefined {
    if (series >= this.#time.length || this.#time[series]! < 0) return undefined;
    return { time: this.#time[series]!, value: this.#value[series]!, grade: this.#grade[series]! };
  }

  all(book: SeriesBook): LastValue[] {
    const values: LastValue[] = [];
    for (let series = 1; series <= book.highest; series++) {
      const name = book.name(series);
      const point = this.of(series);
      if (name !== undefined && point !== undefined) values.push({ ...name, ...point });
    }
    return values;
  }

  sort(batch: SampleBatch, book: SeriesBook): Sorted {
    check(batch, book);
    this.#undo = [];
    this.#batchNumber++;
    if (this.#fresh.length < batch.length) this.#fresh = new Uint32Array(batch.series.length);
    if (book.highest >= this.#time.length) this.#grow(book.highest);
    const fresh = this.#fresh;
    const lateByKey = new Map<number, Map<number, number>>();
    let freshCount = 0;
    let lateCount = 0;
    let repeated = 0;
    for (let row = 0; row < batch.length; row++) {
      const series = batch.series[row]!;
      const time = batch.time[row]!;
      const newest = this.#time[series]!;
      if (time > newest) {
        fresh[freshCount++] = row;
        this.#move(series, time, batch.value[row]!, batch.grade[row]!);
        continue;
      }
      if (time === newest) {
        if (batch.value[row] === this.#value[series] && batch.grade[row] === this.#grade[series]) {
          repeated++;
          continue;
        }
        this.#move(series, time, batch.value[row]!, batch.grade[row]!);
      }
      lateCount++;
      let rowByTime = lateByKey.get(series);
      if (rowByTime === undefined) {
        rowByTime = new Map();
        lateByKey.set(series, rowByTime);
      }
      rowByTime.set(time, row);
    }
    const late: number[] = [];
    for (const rowByTime of lateByKey.values()) for (const row of rowByTime.values()) late.push(row);
    return { fresh, freshCount, late, lateCount, repeated };
  }

  undo(): void {
    for (const { series, time, value, grade } of this.#undo) this.set(series, time, value, grade);
    this.#undo = [];
  }

  #move(series: number, time: number, value: number, grade: number): void {
    if (this.#touched[series] !== this.#batchNumber) {
      this.#touched[series] = this.#batchNumber;
      this.#undo.push({
        series,
        time: this.#time[series]!,
        value: this.#value[series]!,
        grade: this.#grade[series]!,
      });
    }
    this.#time[series] = time;
    this.#value[series] = value;
    this.#grade[series] = grade;
  }

  #grow(series: number): void {
    const size = Math.max(series + 1, this.#time.length * 2);
    const time = new Float64Array(size).fill(-1);
    time.set(this.#time);
    const value = new Float64Array(size);
    value.set(this.#value);
    const grade = new Uint8Array(size);
    grade.set(this.#grade);
    const touched = new Uint32Array(size);
    touched.set(this.#touched);
    this.#time = time;
    this.#value = value;
    this.#grade = grade;
    this.#touched = touched;
  }
}

/** Decoding keeps such rows out; one that came here anyway would poison a whole batch in the database. */
function check(batch: SampleBatch, book: SeriesBook): void {
  for (let row = 0; row < batch.length; row++) {
    const time = batch.time[row]!;
    if (!(time >= 0 && time < TIME_LIMIT_MS && Number.isInteger(time))) {
      throw new Failure("invalid", `time ${time} is not a whole epoch ms before the year 10000`, {
        field: "time",
      });
    }
    if (!Number.isFinite(batch.value[row])) {
      throw new Failure("invalid", `value ${batch.value[row]} is not a finite number`, { field: "value" });
    }
    if (book.name(batch.series[row]!) === undefined) {
      throw new Failure("invalid", `series ${batch.series[row]} was never assigned`, { field: "series" });
    }
  }
}

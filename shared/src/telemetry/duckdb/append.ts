import {
  BIGINT,
  DOUBLE,
  type DuckDBAppender,
  type DuckDBConnection,
  DuckDBDataChunk,
  INTEGER,
  UTINYINT,
} from "@duckdb/node-api";
import type { SampleBatch } from "../store.ts";

/** Most rows one DuckDB chunk holds. */
const CHUNK_ROWS = 2048;

/**
 * Appends rows of a batch to a samples table: through whole chunks, twenty times faster than value by value.
 * Rows that were appended but not flushed would survive a ROLLBACK and land in the next transaction: `append` always
 * flushes, and the caller clears after an error.
 */
export class SampleAppender {
  readonly #appender: DuckDBAppender;

  private constructor(appender: DuckDBAppender) {
    this.#appender = appender;
  }

  static async open(connection: DuckDBConnection, table: string, catalog?: string): Promise<SampleAppender> {
    return new SampleAppender(await connection.createAppender(table, "main", catalog ?? null));
  }

  /** Rows `rows[0..count)` of the batch, in that order. */
  append(batch: SampleBatch, rows: ArrayLike<number>, count: number): void {
    let lastTime = Number.NaN;
    let lastBigTime = 0n;
    for (let start = 0; start < count; start += CHUNK_ROWS) {
      const size = Math.min(CHUNK_ROWS, count - start);
      const series = new Array<number>(size);
      const time = new Array<bigint>(size);
      const value = new Array<number>(size);
      const grade = new Array<number>(size);
      for (let i = 0; i < size; i++) {
        const row = rows[start + i]!;
        series[i] = batch.series[row]!;
        // The samples of one message share their time: most BigInts are had already.
        if (batch.time[row] !== lastTime) {
          lastTime = batch.time[row]!;
          lastBigTime = BigInt(lastTime);
        }
        time[i] = lastBigTime;
        value[i] = batch.value[row]!;
        grade[i] = batch.grade[row]!;
      }
      const chunk = DuckDBDataChunk.create([INTEGER, BIGINT, DOUBLE, UTINYINT], size);
      chunk.setColumnValues(0, series);
      chunk.setColumnValues(1, time);
      chunk.setColumnValues(2, value);
      chunk.setColumnValues(3, grade);
      this.#appender.appendDataChunk(chunk);
    }
    this.#appender.flushSync();
  }

  clear(): void {
    this.#appender.clear();
  }

  close(): void {
    this.#appender.clear();
    this.#appender.closeSync();
  }
}

import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { Failure } from "../../failure.ts";
import type { Extractor, ExtractQuery, ExtractSlice, ExtractTarget } from "../extract.ts";
import type { SeriesBook } from "../series-book.ts";
import { slicesOfDays } from "../slices.ts";
import type { Catalogue } from "./catalogue.ts";
import { copySql, countByDaySql, labelsOf, rowsSql } from "./extract-sql.ts";

/** One file is made at a time: each takes both of DuckDB's threads, which the writer and the charts share. */
export class Extracts {
  readonly #instance: DuckDBInstance;
  readonly #running = new Set<DuckDBConnection>();
  #last: Promise<unknown> = Promise.resolve();
  #ended = false;

  constructor(instance: DuckDBInstance) {
    this.#instance = instance;
  }

  async slices(
    catalogue: Catalogue,
    book: SeriesBook,
    query: ExtractQuery,
    signal: AbortSignal,
  ): Promise<ExtractSlice[]> {
    const labels = labelsOf(book, query);
    if (labels.length === 0 || query.from >= query.to) return [];
    const sql = countByDaySql(rowsSql(catalogue, labels, query, query));
    const days = await this.#run(signal, async (connection) =>
      (await connection.runAndReadAll(sql)).getRows(),
    );
    return slicesOfDays(days as [number, number][], query);
  }

  async write(
    catalogue: Catalogue,
    book: SeriesBook,
    query: ExtractQuery,
    slice: Pick<ExtractSlice, "from" | "to">,
    target: ExtractTarget,
    signal: AbortSignal,
  ): Promise<void> {
    const labels = labelsOf(book, query);
    const sql = copySql(rowsSql(catalogue, labels, query, slice), labels, query, slice, target);
    await this.#run(signal, (connection) => connection.run(sql));
  }

  /** Ends the one that is running, and those that wait. */
  async end(): Promise<void> {
    this.#ended = true;
    for (const connection of this.#running) connection.interrupt();
    await this.#last;
  }

  #run<T>(signal: AbortSignal, work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const mine = this.#last.then(async () => {
      signal.throwIfAborted();
      if (this.#ended) throw new Failure("unavailable", "the telemetry store is being closed");
      const connection = await this.#instance.connect();
      const stop = () => connection.interrupt();
      this.#running.add(connection);
      signal.addEventListener("abort", stop, { once: true });
      try {
        return await work(connection);
      } catch (cause) {
        signal.throwIfAborted();
        throw cause;
      } finally {
        signal.removeEventListener("abort", stop);
        this.#running.delete(connection);
        connection.closeSync();
      }
    });
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}

type Open = { extracts: Extracts; catalogue: Catalogue };

/** `again` asks once more when a roll took a table away in between. */
export function extractorOf(
  at: () => Open,
  book: SeriesBook,
  again: <T>(ask: () => Promise<T>) => Promise<T>,
): Extractor {
  return {
    slices: (query, signal) => again(() => at().extracts.slices(at().catalogue, book, query, signal)),
    write: (query, slice, target, signal) =>
      again(() => at().extracts.write(at().catalogue, book, query, slice, target, signal)),
  };
}

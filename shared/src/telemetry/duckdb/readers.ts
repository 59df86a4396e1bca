import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { Failure } from "../../failure.ts";

/** A reader waiting behind so many others would be answered too late to matter. */
const MAX_WAITING = 256;

const ENDED = () => new Failure("unavailable", "the telemetry store is being closed");

/**
 * Two connections for reads, one query at a time on each: a running query holds one of the process' few pool threads,
 * and with four of them the writer waited 4 s. A query over `limitMs` (waiting included) is interrupted.
 */
export class Readers {
  readonly #free: DuckDBConnection[];
  readonly #all: DuckDBConnection[];
  readonly #waiting: { resolve: (connection: DuckDBConnection) => void; reject: (error: Failure) => void }[] =
    [];
  #ended = false;
  #whenIdle: (() => void) | null = null;
  readonly #limitMs: number;

  private constructor(connections: DuckDBConnection[], limitMs: number) {
    this.#all = connections;
    this.#free = [...connections];
    this.#limitMs = limitMs;
  }

  static async open(instance: DuckDBInstance, limitMs = 5000): Promise<Readers> {
    return new Readers([await instance.connect(), await instance.connect()], limitMs);
  }

  /** Rows of the answer, column by column. */
  async query(makeSql: () => string): Promise<unknown[][]> {
    const started = performance.now();
    const connection = await this.#take();
    const left = this.#limitMs - (performance.now() - started);
    let interrupted = false;
    const timer = setTimeout(
      () => {
        interrupted = true;
        connection.interrupt();
      },
      Math.max(1, left),
    );
    try {
      const result = await connection.runAndReadAll(makeSql());
      return result.getColumns();
    } catch (cause) {
      if (interrupted) {
        throw new Failure(
          "unavailable",
          `the telemetry store took longer than ${this.#limitMs / 1000} s to answer`,
          {
            cause,
          },
        );
      }
      throw this.#ended ? ENDED() : cause;
    } finally {
      clearTimeout(timer);
      const next = this.#waiting.shift();
      if (next !== undefined) next.resolve(connection);
      else this.#free.push(connection);
      if (this.#free.length === this.#all.length) this.#whenIdle?.();
    }
  }

  /** Ends running and waiting queries, then closes. */
  async end(): Promise<void> {
    this.#ended = true;
    for (const { reject } of this.#waiting.splice(0)) reject(ENDED());
    for (const connection of this.#all) connection.interrupt();
    if (this.#free.length < this.#all.length)
      await new Promise<void>((resolve) => (this.#whenIdle = resolve));
    for (const connection of this.#all) connection.closeSync();
  }

  #take(): Promise<DuckDBConnection> {
    if (this.#ended) return Promise.reject(ENDED());
    const free = this.#free.pop();
    if (free !== undefined) return Promise.resolve(free);
    if (this.#waiting.length >= MAX_WAITING) {
      return Promise.reject(new Failure("unavailable", "too many telemetry queries at once"));
    }
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }
}

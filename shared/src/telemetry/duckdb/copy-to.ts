import { rmSync } from "node:fs";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { Failure } from "../../failure.ts";

const TARGET = "backup_target";
const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/**
 * Copies every table as of one moment into a new file, while writes go on beside it: one transaction reads it all.
 * A copy of the file's bytes would need writes to stop for as long as it takes, and opening the file in this process
 * would drop DuckDB's lock. One at a time.
 */
export class Copies {
  readonly #instance: DuckDBInstance;
  #connection: DuckDBConnection | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(instance: DuckDBInstance) {
    this.#instance = instance;
  }

  /** The new file is complete, without a log beside it; on failure or `signal` it is removed. Throws unavailable. */
  async to(file: string, signal: AbortSignal): Promise<void> {
    if (this.#connection !== null) throw new Failure("unavailable", "another copy is being made");
    const connection = await this.#instance.connect();
    this.#connection = connection;
    const stop = () => connection.interrupt();
    signal.addEventListener("abort", stop, { once: true });
    const done = copy(connection, file).finally(() => {
      signal.removeEventListener("abort", stop);
      connection.closeSync();
      this.#connection = null;
    });
    this.#running = done.catch(() => undefined);
    try {
      await done;
      signal.throwIfAborted();
    } catch (cause) {
      for (const made of [file, `${file}.wal`]) rmSync(made, { force: true });
      const why = signal.aborted ? "the copy was ended" : String(cause);
      throw new Failure("unavailable", `telemetry could not be copied to ${file}: ${why}`, { cause });
    }
  }

  /** Ends the one that is running. */
  async end(): Promise<void> {
    this.#connection?.interrupt();
    await this.#running;
  }
}

async function copy(connection: DuckDBConnection, file: string): Promise<void> {
  const [[source]] = (await connection.runAndReadAll("SELECT current_database()")).getRows() as [[string]];
  await connection.run(`ATTACH '${file.replaceAll("'", "''")}' AS ${TARGET}`);
  try {
    await connection.run(`COPY FROM DATABASE ${quoted(source)} TO ${TARGET}`);
  } finally {
    // Writes the target's log into its file. Copied or not, the name must be free for the next one.
    await connection.run(`DETACH ${TARGET}`);
  }
}

/** Rows by table and the stored offset of a copy, which is not changed by looking. Throws internal when it cannot be read. */
export async function inspectDuckdb(file: string): Promise<{ offset: number; rows: Record<string, number> }> {
  try {
    const instance = await DuckDBInstance.create(file, { access_mode: "READ_ONLY", threads: "2" });
    const connection = await instance.connect();
    try {
      const rows: Record<string, number> = {};
      const ask = async (sql: string) => (await connection.runAndReadAll(sql)).getRows();
      for (const [table] of (await ask("SELECT table_name FROM duckdb_tables()")) as [string][])
        rows[table] = ((await ask(`SELECT count(*)::DOUBLE FROM ${quoted(table)}`)) as [[number]])[0][0];
      const [offset] = (await ask("SELECT id::DOUBLE FROM offsets WHERE name = 'uplink'")) as [number][];
      return { offset: offset?.[0] ?? 0, rows };
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  } catch (cause) {
    throw new Failure("internal", `${file} cannot be read: ${String(cause)}`, { cause });
  }
}

import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Clock, systemClock } from "../clock.ts";
import { DuckdbStore } from "./duckdb/duckdb-store.ts";
import type { TelemetryStore } from "./store.ts";

export type DuckdbOptions = {
  file: string;
  /** DuckDB's own limit, e.g. "512MB"; the process may take about 450 MB more while it sorts. */
  memoryLimit?: string;
  /** Where sorts that exceed the limit spill to; beside the file when absent. */
  tempDir?: string;
  now?: Clock;
  /** Whole UTC months that ended longer ago are dropped by maintain(), rollups too; kept for ever when absent. */
  keepDays?: number;
  /** The hot table is sorted away at this many rows. 4 M rows took 0.2 s to sort; fewer keep queries of the last hour fast. */
  rollRows?: number;
};

/**
 * The embedded engine. The file belongs to one process: a second one is refused. Never open the file by `fs` in this
 * process either: closing that descriptor would drop DuckDB's POSIX lock (`stat` is fine).
 * Throws unavailable when another process holds the file.
 */
export async function openDuckdbStore(options: DuckdbOptions): Promise<TelemetryStore> {
  const { file, memoryLimit = "512MB", tempDir = join(dirname(file), "tmp"), now = systemClock } = options;
  mkdirSync(dirname(file), { recursive: true });
  const { keepDays, rollRows = 3_000_000 } = options;
  return DuckdbStore.open({ file, memoryLimit, tempDir, now, keepDays, rollRows });
}

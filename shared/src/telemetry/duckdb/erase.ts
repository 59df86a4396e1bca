import type { DuckDBConnection } from "@duckdb/node-api";
import { DAY_MS } from "../buckets.ts";
import { type Catalogue, minutesOf, samplesOf } from "./catalogue.ts";

/** Removes every trace of the series, inside the caller's transaction. */
export async function eraseSeries(
  connection: DuckDBConnection,
  catalogue: Catalogue,
  ids: readonly number[],
): Promise<void> {
  const tables = [catalogue.hot, "last", "hours"];
  for (const day of catalogue.days) tables.push(samplesOf(day), minutesOf(day));
  for (const table of tables) await connection.run(`DELETE FROM ${table} WHERE series IN (${ids.join(",")})`);
  await connection.run(`DELETE FROM series WHERE id IN (${ids.join(",")})`);
}

/** Drops whole days, samples and rollups, inside the caller's transaction. */
export async function dropDays(connection: DuckDBConnection, days: readonly number[]): Promise<void> {
  for (const day of days) {
    await connection.run(`DROP TABLE ${samplesOf(day)}; DROP TABLE ${minutesOf(day)}`);
    await connection.run(`DELETE FROM hours WHERE t >= ${day * DAY_MS} AND t < ${(day + 1) * DAY_MS}`);
  }
}

import type { DuckDBConnection } from "@duckdb/node-api";
import { type Catalogue, minutesOf, monthStart, samplesOf } from "./catalogue.ts";

/** Removes every trace of the series, inside the caller's transaction. */
export async function eraseSeries(
  connection: DuckDBConnection,
  catalogue: Catalogue,
  ids: readonly number[],
): Promise<void> {
  const tables = [catalogue.hot, "last", "hours"];
  for (const month of catalogue.months) tables.push(samplesOf(month), minutesOf(month));
  for (const table of tables) await connection.run(`DELETE FROM ${table} WHERE series IN (${ids.join(",")})`);
  await connection.run(`DELETE FROM series WHERE id IN (${ids.join(",")})`);
}

/** Drops whole months, samples and rollups, inside the caller's transaction. */
export async function dropMonths(connection: DuckDBConnection, months: readonly number[]): Promise<void> {
  for (const month of months) {
    await connection.run(`DROP TABLE ${samplesOf(month)}; DROP TABLE ${minutesOf(month)}`);
    await connection.run(
      `DELETE FROM hours WHERE t >= ${monthStart(month)} AND t < ${monthStart(month + 1)}`,
    );
  }
}

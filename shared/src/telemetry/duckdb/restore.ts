import type { DuckDBConnection } from "@duckdb/node-api";
import type { Newest } from "../newest.ts";
import type { SeriesBook } from "../series-book.ts";
import type { Catalogue } from "./catalogue.ts";

/** Fills the names and newest points; returns the stored offset. Reads the snapshot of the last roll and the hot rows. */
export async function restore(
  connection: DuckDBConnection,
  catalogue: Catalogue,
  book: SeriesBook,
  newest: Newest,
): Promise<number> {
  const names = (await connection.runAndReadAll("SELECT id, device, tag FROM series")).getRows();
  for (const [id, device, tag] of names as [number, string, string][]) book.restore(id, device, tag);
  // A hot row at the snapshot's time replaced it.
  const points = (
    await connection.runAndReadAll(
      `SELECT series, t::DOUBLE, v, grade, 1 AS source FROM last
       UNION ALL
       SELECT series, max(t)::DOUBLE, arg_max(v, t), arg_max(grade, t), 2 FROM ${catalogue.hot} GROUP BY series
       ORDER BY source`,
    )
  ).getRows();
  for (const [series, time, value, grade] of points as [number, number, number, number][]) {
    const known = newest.of(series);
    if (known === undefined || time >= known.time) newest.set(series, time, value, grade);
  }
  const offset = await connection.runAndReadAll("SELECT id::DOUBLE FROM offsets WHERE name = 'uplink'");
  return (offset.getRows() as [number][])[0]![0];
}

import type { DuckDBConnection } from "@duckdb/node-api";
import { DAY_MS, FIRST_BAD_GRADE, HOUR_MS, MINUTE_MS } from "../buckets.ts";
import type { SampleBatch } from "../store.ts";
import type { SampleAppender } from "./append.ts";
import { type Catalogue, dayOf, minutesOf, samplesOf } from "./catalogue.ts";
import { FIGURES_OF_FIGURES, FIGURES_OF_SAMPLES, stepStart } from "./figures-sql.ts";

/**
 * The exact path, inside the caller's transaction: whatever is stored at the (series, time) of these rows goes, and
 * the rows come into the hot table, from where the next roll sorts them into their days. Rollups change only where a
 * day's row was replaced.
 */
export async function writeLate(
  connection: DuckDBConnection,
  catalogue: Catalogue,
  lateAppender: SampleAppender,
  hotAppender: SampleAppender,
  batch: SampleBatch,
  rows: readonly number[],
): Promise<void> {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  const lateDays = new Set<number>();
  for (const row of rows) {
    const time = batch.time[row]!;
    if (time < from) from = time;
    if (time > to) to = time;
    lateDays.add(dayOf(time));
  }
  lateAppender.append(batch, rows, rows.length);
  await connection.run(
    `DELETE FROM ${catalogue.hot} h USING late WHERE h.t BETWEEN ${from} AND ${to} AND h.series = late.series AND h.t = late.t`,
  );
  for (const day of lateDays) {
    if (!catalogue.days.has(day)) continue;
    const low = Math.max(from, day * DAY_MS);
    const high = Math.min(to, day * DAY_MS + DAY_MS - 1);
    const deleted = await connection.run(
      `DELETE FROM ${samplesOf(day)} d USING late WHERE d.t BETWEEN ${low} AND ${high} AND d.series = late.series AND d.t = late.t`,
    );
    if (deleted.rowsChanged > 0) await rebuildFigures(connection, day);
  }
  hotAppender.append(batch, rows, rows.length);
  await connection.run("DELETE FROM late");
}

/** Computes the minutes and hours anew that rows in `late` fall into, from what the day's table still holds. */
async function rebuildFigures(connection: DuckDBConnection, day: number): Promise<void> {
  const start = day * DAY_MS;
  const end = start + DAY_MS;
  const lateSteps = (stepMs: number) =>
    `(SELECT DISTINCT series, ${stepStart("t", stepMs)} AS t FROM late WHERE t >= ${start} AND t < ${end})`;
  const samples = samplesOf(day);
  const minutes = minutesOf(day);
  await connection.run(
    `DELETE FROM ${minutes} m USING ${lateSteps(MINUTE_MS)} l WHERE m.series = l.series AND m.t = l.t`,
  );
  await connection.run(
    `INSERT INTO ${minutes} SELECT series, ${stepStart("t", MINUTE_MS)} AS minute, ${FIGURES_OF_SAMPLES}
     FROM (SELECT d.* FROM ${samples} d SEMI JOIN ${lateSteps(MINUTE_MS)} l ON d.series = l.series AND ${stepStart("d.t", MINUTE_MS)} = l.t)
     WHERE grade < ${FIRST_BAD_GRADE} GROUP BY series, minute`,
  );
  await connection.run(
    `DELETE FROM hours h USING ${lateSteps(HOUR_MS)} l WHERE h.t >= ${start} AND h.t < ${end} AND h.series = l.series AND h.t = l.t`,
  );
  await connection.run(
    `INSERT INTO hours SELECT series, ${stepStart("t", HOUR_MS)} AS hour, ${FIGURES_OF_FIGURES}
     FROM (SELECT m.* FROM ${minutes} m SEMI JOIN ${lateSteps(HOUR_MS)} l ON m.series = l.series AND ${stepStart("m.t", HOUR_MS)} = l.t)
     GROUP BY series, hour`,
  );
}

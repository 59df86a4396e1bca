import type { DuckDBConnection } from "@duckdb/node-api";
import { FIRST_BAD_GRADE, HOUR_MS, MINUTE_MS } from "../buckets.ts";
import type { SampleBatch } from "../store.ts";
import type { SampleAppender } from "./append.ts";
import { type Catalogue, minutesOf, monthStart, monthsWithin, samplesOf } from "./catalogue.ts";
import { FIGURES_OF_FIGURES, FIGURES_OF_SAMPLES, stepStart } from "./figures-sql.ts";

/**
 * The exact path, inside the caller's transaction: whatever is stored at the (series, time) of these rows goes, and
 * the rows come into the hot table, from where the next roll sorts them into their months. Rollups change only where a
 * month's row was replaced.
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
  for (const row of rows) {
    const time = batch.time[row]!;
    if (time < from) from = time;
    if (time > to) to = time;
  }
  lateAppender.append(batch, rows, rows.length);
  await connection.run(
    `DELETE FROM ${catalogue.hot} h USING late WHERE h.t BETWEEN ${from} AND ${to} AND h.series = late.series AND h.t = late.t`,
  );
  for (const month of monthsWithin(catalogue, from, to + 1)) {
    const low = Math.max(from, monthStart(month));
    const high = Math.min(to, monthStart(month + 1) - 1);
    const deleted = await connection.run(
      `DELETE FROM ${samplesOf(month)} d USING late WHERE d.t BETWEEN ${low} AND ${high} AND d.series = late.series AND d.t = late.t`,
    );
    if (deleted.rowsChanged > 0) await rebuildFigures(connection, month, low, high);
  }
  hotAppender.append(batch, rows, rows.length);
  await connection.run("DELETE FROM late");
}

/** Computes the minutes and hours anew that rows in `late` within [low, high] fall into, from the month's samples. */
async function rebuildFigures(
  connection: DuckDBConnection,
  month: number,
  low: number,
  high: number,
): Promise<void> {
  const samples = samplesOf(month);
  const minutes = minutesOf(month);
  const lateSteps = (stepMs: number) =>
    `(SELECT DISTINCT series, ${stepStart("t", stepMs)} AS t FROM late WHERE t BETWEEN ${low} AND ${high})`;
  // Constant bounds let DuckDB skip the row groups of other days.
  const near = (stepMs: number) =>
    `BETWEEN ${low - (low % stepMs)} AND ${high - (high % stepMs) + stepMs - 1}`;
  await connection.run(
    `DELETE FROM ${minutes} m USING ${lateSteps(MINUTE_MS)} l
     WHERE m.t ${near(MINUTE_MS)} AND m.series = l.series AND m.t = l.t`,
  );
  await connection.run(
    `INSERT INTO ${minutes} SELECT series, ${stepStart("t", MINUTE_MS)} AS step, ${FIGURES_OF_SAMPLES}
     FROM (SELECT d.* FROM ${samples} d SEMI JOIN ${lateSteps(MINUTE_MS)} l
           ON d.series = l.series AND ${stepStart("d.t", MINUTE_MS)} = l.t WHERE d.t ${near(MINUTE_MS)})
     WHERE grade < ${FIRST_BAD_GRADE} GROUP BY series, step`,
  );
  await connection.run(
    `DELETE FROM hours h USING ${lateSteps(HOUR_MS)} l
     WHERE h.t ${near(HOUR_MS)} AND h.series = l.series AND h.t = l.t`,
  );
  await connection.run(
    `INSERT INTO hours SELECT series, ${stepStart("t", HOUR_MS)} AS step, ${FIGURES_OF_FIGURES}
     FROM (SELECT m.* FROM ${minutes} m SEMI JOIN ${lateSteps(HOUR_MS)} l
           ON m.series = l.series AND ${stepStart("m.t", HOUR_MS)} = l.t WHERE m.t ${near(HOUR_MS)})
     GROUP BY series, step`,
  );
}

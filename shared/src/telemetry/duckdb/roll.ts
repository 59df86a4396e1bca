import type { DuckDBConnection } from "@duckdb/node-api";
import { DAY_MS, FIRST_BAD_GRADE, HOUR_MS, MINUTE_MS } from "../buckets.ts";
import type { Newest } from "../newest.ts";
import type { SeriesBook } from "../series-book.ts";
import { SampleBatch } from "../store.ts";
import { SampleAppender } from "./append.ts";
import { type Catalogue, FIGURE_COLUMNS, minutesOf, SAMPLE_COLUMNS, samplesOf } from "./catalogue.ts";
import { FIGURES_OF_FIGURES, FIGURES_OF_SAMPLES, stepStart } from "./figures-sql.ts";

/**
 * Moves the hot rows into their day tables as one sorted run each, adds them to the rollups, and starts the next hot
 * table: all inside the caller's transaction. Returns the catalogue as it is once that is committed.
 * (series, time) is unique over hot and day tables together, so adding figures to figures is exact.
 */
export async function roll(connection: DuckDBConnection, catalogue: Catalogue): Promise<Catalogue> {
  const { hot } = catalogue;
  const found = await connection.runAndReadAll(
    `SELECT DISTINCT (t // ${DAY_MS})::INTEGER FROM ${hot} ORDER BY 1`,
  );
  const hotDays = (found.getRows() as [number][]).map(([day]) => day);
  for (const day of hotDays) await rollDay(connection, hot, day, catalogue.days.has(day));
  const next = `hot_${Number(hot.slice("hot_".length)) + 1}`;
  await connection.run(`CREATE TABLE ${next}${SAMPLE_COLUMNS}; DROP TABLE ${hot}`);
  return { hot: next, hotRows: 0, hotSince: null, days: new Set([...catalogue.days, ...hotDays]) };
}

async function rollDay(
  connection: DuckDBConnection,
  hot: string,
  day: number,
  known: boolean,
): Promise<void> {
  const within = `t >= ${day * DAY_MS} AND t < ${(day + 1) * DAY_MS}`;
  const samples = samplesOf(day);
  const minutes = minutesOf(day);
  if (!known)
    await connection.run(
      `CREATE TABLE ${samples}${SAMPLE_COLUMNS}; CREATE TABLE ${minutes}${FIGURE_COLUMNS}`,
    );
  await connection.run(`INSERT INTO ${samples} FROM ${hot} WHERE ${within} ORDER BY series, t`);
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE rolled AS
     SELECT series, ${stepStart("t", MINUTE_MS)} AS minute, ${FIGURES_OF_SAMPLES}
     FROM ${hot} WHERE ${within} AND grade < ${FIRST_BAD_GRADE} GROUP BY series, minute`,
  );
  await addFigures(connection, minutes, known);
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE rolled AS
     SELECT series, ${stepStart("minute", HOUR_MS)} AS minute, ${FIGURES_OF_FIGURES}
     FROM rolled GROUP BY series, ${stepStart("minute", HOUR_MS)}`,
  );
  await addFigures(connection, "hours", known);
  await connection.run("DROP TABLE temp.rolled");
}

/** Adds the figures in `rolled` to the table's, bucket by bucket. */
async function addFigures(connection: DuckDBConnection, table: string, known: boolean): Promise<void> {
  if (!known) {
    await connection.run(`INSERT INTO ${table} FROM rolled ORDER BY series, minute`);
    return;
  }
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE merged AS
     SELECT series, t, ${FIGURES_OF_FIGURES} FROM (
       SELECT series, minute AS t, n, lo, hi, total, last, last_t FROM rolled
       UNION ALL
       SELECT k.* FROM ${table} k SEMI JOIN rolled r ON k.series = r.series AND k.t = r.minute
     ) GROUP BY series, t`,
  );
  await connection.run(`DELETE FROM ${table} k USING rolled r WHERE k.series = r.series AND k.t = r.minute`);
  await connection.run(`INSERT INTO ${table} FROM merged ORDER BY series, t; DROP TABLE temp.merged`);
}

/** Writes down the newest point of every series, so that a start need not scan the days. Inside the caller's transaction. */
export async function snapshotLast(
  connection: DuckDBConnection,
  newest: Newest,
  book: SeriesBook,
): Promise<void> {
  const batch = new SampleBatch(Math.max(1, book.highest));
  for (let series = 1; series <= book.highest; series++) {
    const point = newest.of(series);
    if (point !== undefined) batch.push(series, point.time, point.value, point.grade);
  }
  await connection.run("DELETE FROM last");
  const appender = await SampleAppender.open(connection, "last");
  try {
    appender.append(
      batch,
      Array.from({ length: batch.length }, (_, row) => row),
      batch.length,
    );
  } finally {
    appender.close();
  }
}

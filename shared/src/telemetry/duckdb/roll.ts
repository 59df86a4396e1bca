import type { DuckDBConnection } from "@duckdb/node-api";
import { DAY_MS, FIRST_BAD_GRADE, HOUR_MS, MINUTE_MS } from "../buckets.ts";
import type { Newest } from "../newest.ts";
import type { SeriesBook } from "../series-book.ts";
import { SampleBatch } from "../store.ts";
import { SampleAppender } from "./append.ts";
import {
  type Catalogue,
  FIGURE_COLUMNS,
  minutesOf,
  monthOf,
  SAMPLE_COLUMNS,
  samplesOf,
} from "./catalogue.ts";
import { FIGURES_OF_FIGURES, FIGURES_OF_SAMPLES, stepStart } from "./figures-sql.ts";

/**
 * Moves the hot rows into their month tables as one sorted run each, adds them to the rollups, and starts the next hot
 * table: all inside the caller's transaction. Returns the catalogue as it is once that is committed.
 * (series, time) is unique over hot and month tables together, so adding figures to figures is exact.
 */
export async function roll(connection: DuckDBConnection, catalogue: Catalogue): Promise<Catalogue> {
  const { hot } = catalogue;
  const found = await connection.runAndReadAll(
    `SELECT (t // ${DAY_MS})::INTEGER AS day, min(t)::DOUBLE, max(t)::DOUBLE FROM ${hot} GROUP BY day`,
  );
  const spanByMonth = new Map<number, Span>();
  for (const [, from, to] of found.getRows() as [number, number, number][]) {
    const span = spanByMonth.get(monthOf(from));
    spanByMonth.set(monthOf(from), {
      from: Math.min(from, span?.from ?? from),
      to: Math.max(to, span?.to ?? to),
    });
  }
  for (const [month, span] of spanByMonth) {
    await rollMonth(connection, hot, month, span, catalogue.months.has(month));
  }
  const next = `hot_${Number(hot.slice("hot_".length)) + 1}`;
  await connection.run(`CREATE TABLE ${next}${SAMPLE_COLUMNS}; DROP TABLE ${hot}`);
  return {
    hot: next,
    hotRows: 0,
    hotSince: null,
    months: new Set([...catalogue.months, ...spanByMonth.keys()]),
  };
}

/** First and last epoch ms of the hot rows of one month. */
type Span = { from: number; to: number };

async function rollMonth(
  connection: DuckDBConnection,
  hot: string,
  month: number,
  span: Span,
  known: boolean,
): Promise<void> {
  const within = `t BETWEEN ${span.from} AND ${span.to}`;
  const samples = samplesOf(month);
  const minutes = minutesOf(month);
  if (!known) {
    await connection.run(
      `CREATE TABLE ${samples}${SAMPLE_COLUMNS}; CREATE TABLE ${minutes}${FIGURE_COLUMNS}`,
    );
  }
  await connection.run(`INSERT INTO ${samples} FROM ${hot} WHERE ${within} ORDER BY series, t`);
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE rolled AS
     SELECT series, ${stepStart("t", MINUTE_MS)} AS step, ${FIGURES_OF_SAMPLES}
     FROM ${hot} WHERE ${within} AND grade < ${FIRST_BAD_GRADE} GROUP BY series, step`,
  );
  await addFigures(connection, minutes, MINUTE_MS, span);
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE rolled AS
     SELECT series, ${stepStart("r.step", HOUR_MS)} AS step, ${FIGURES_OF_FIGURES}
     FROM rolled r GROUP BY series, ${stepStart("r.step", HOUR_MS)}`,
  );
  await addFigures(connection, "hours", HOUR_MS, span);
  await connection.run("DROP TABLE temp.rolled");
}

/** Adds the figures in `rolled` to the table's, bucket by bucket. */
async function addFigures(
  connection: DuckDBConnection,
  table: string,
  stepMs: number,
  span: Span,
): Promise<void> {
  // Constant bounds let DuckDB skip the row groups of other days.
  const same = `k.t BETWEEN ${span.from - (span.from % stepMs)} AND ${span.to} AND k.series = r.series AND k.t = r.step`;
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE known AS SELECT k.* FROM ${table} k SEMI JOIN rolled r ON ${same}`,
  );
  await connection.run(`DELETE FROM ${table} k USING known r WHERE ${same.replace("r.step", "r.t")}`);
  await connection.run(
    `INSERT INTO ${table} SELECT series, step, ${FIGURES_OF_FIGURES}
     FROM (FROM rolled UNION ALL FROM known) GROUP BY series, step ORDER BY series, step`,
  );
  await connection.run("DROP TABLE temp.known");
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

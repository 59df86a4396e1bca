import { FIRST_BAD_GRADE, type Figures, HOUR_MS, MINUTE_MS } from "../buckets.ts";
import { type Catalogue, minutesOf, monthOf, monthsWithin, samplesOf } from "./catalogue.ts";
import { FIGURES_OF_FIGURES, FIGURES_OF_SAMPLES, stepStart } from "./figures-sql.ts";

export type Cut = { from: number; to: number; widthMs: number };

/** A step at `t` counts whole in one bucket. */
const whole = (t: string, stepMs: number, { from, to, widthMs }: Cut): string =>
  `${t} >= ${from} AND ${t} <= ${to - stepMs} AND (${t} - ${from}) % ${widthMs} <= ${widthMs - stepMs}`;

/** Every bucket edge, `to` included, falls on a step: no step is cut. */
const aligned = (stepMs: number, { from, to, widthMs }: Cut): boolean =>
  from % stepMs === 0 && to % stepMs === 0 && (widthMs % stepMs === 0 || widthMs >= to - from);

/**
 * A rollup is worth reading when buckets are many times its step; the steps that a bucket edge cuts in two are then
 * read from the next finer source, so that the answer is the same as over raw samples.
 */
const worthwhile = (stepMs: number, cut: Cut): boolean =>
  cut.widthMs >= stepMs * MOST_CUT[stepMs]! || (cut.widthMs >= stepMs && aligned(stepMs, cut));

/** Steps a bucket must have before reading the cut ones apart pays: measured with samples every 10 s. */
const MOST_CUT: Record<number, number> = { [MINUTE_MS]: 8, [HOUR_MS]: 3 };

/** Months whose rows within the cut may lie in a step that an edge cuts. */
function cutMonths(months: number[], stepMs: number, cut: Cut): number[] {
  if (aligned(stepMs, cut)) return [];
  const onlyEnd = cut.from % stepMs === 0 && cut.widthMs % stepMs === 0;
  return onlyEnd ? months.filter((month) => month === monthOf(cut.to - 1)) : months;
}

/** The series of one device mostly have neighbouring ids: a range is cheaper than a list. */
function oneOf(series: readonly number[]): string {
  const [first, last] = [series[0]!, series.at(-1)!];
  if (last - first === series.length - 1) return `series BETWEEN ${first} AND ${last}`;
  return `series IN (${series.join(",")})`;
}

/** One statement for the figures per bucket of these series (ids ascending); columns as readFigures takes them. */
export function rangeSql(catalogue: Catalogue, series: readonly number[], cut: Cut): string {
  const { from, to, widthMs } = cut;
  const mine = oneOf(series);
  const inTime = `t >= ${from} AND t < ${to}`;
  const months = monthsWithin(catalogue, from, to);
  const byHour = worthwhile(HOUR_MS, cut);
  const byMinute = byHour || worthwhile(MINUTE_MS, cut);

  const sampleParts = [
    `SELECT series, t, v FROM ${catalogue.hot} WHERE ${mine} AND ${inTime} AND grade < ${FIRST_BAD_GRADE}`,
  ];
  const rawMonths = byMinute ? cutMonths(months, MINUTE_MS, cut) : months;
  // The first condition costs one division and leaves few rows for the exact one; CASE keeps them in this order.
  const nearEdge = `((t - ${from - MINUTE_MS}) % ${widthMs} < ${2 * MINUTE_MS} OR t >= ${to - MINUTE_MS})`;
  const cutMinute = `NOT (${whole(stepStart("t", MINUTE_MS), MINUTE_MS, cut)})`;
  const isGood = `grade < ${FIRST_BAD_GRADE}`;
  const good = byMinute ? `CASE WHEN ${nearEdge} THEN ${cutMinute} AND ${isGood} ELSE false END` : isGood;
  for (const month of rawMonths) {
    sampleParts.push(`SELECT series, t, v FROM ${samplesOf(month)} WHERE ${mine} AND ${inTime} AND ${good}`);
  }
  const figureParts: string[] = [];
  if (byHour) figureParts.push(`FROM hours WHERE ${mine} AND ${whole("t", HOUR_MS, cut)}`);
  if (byMinute) {
    const minuteMonths = byHour ? cutMonths(months, HOUR_MS, cut) : months;
    const notInHour = byHour ? ` AND NOT (${whole(stepStart("t", HOUR_MS), HOUR_MS, cut)})` : "";
    for (const month of minuteMonths) {
      figureParts.push(
        `FROM ${minutesOf(month)} WHERE ${mine} AND ${whole("t", MINUTE_MS, cut)}${notInHour}`,
      );
    }
  }
  const bucket = `(t - ${from}) // ${widthMs}`;
  const selects = [
    `SELECT series, ${bucket} AS bucket, ${FIGURES_OF_SAMPLES} FROM (${sampleParts.join(" UNION ALL ")}) GROUP BY series, bucket`,
  ];
  if (figureParts.length > 0) {
    selects.push(
      `SELECT series, ${bucket} AS bucket, ${FIGURES_OF_FIGURES} FROM (${figureParts.join(" UNION ALL ")}) GROUP BY series, bucket`,
    );
  }
  return `SELECT series, (${from} + bucket * ${widthMs})::DOUBLE, n::DOUBLE, lo, hi, total, last, last_t::DOUBLE FROM (${selects.join(" UNION ALL ")})`;
}

/**
 * Uncertain samples per series and bucket: columns series, time, n. Where all is good this reads next to nothing, since
 * DuckDB skips row groups by the grades' bounds.
 */
export function doubtSql(
  catalogue: Catalogue,
  series: readonly number[],
  { from, to, widthMs }: Cut,
): string {
  const condition = `${oneOf(series)} AND t >= ${from} AND t < ${to} AND grade > 0 AND grade < ${FIRST_BAD_GRADE}`;
  const parts = [catalogue.hot, ...monthsWithin(catalogue, from, to).map(samplesOf)].map(
    (table) => `SELECT series, t FROM ${table} WHERE ${condition}`,
  );
  return (
    `SELECT series, (${from} + (t - ${from}) // ${widthMs} * ${widthMs})::DOUBLE AS bucket, count(*)::DOUBLE ` +
    `FROM (${parts.join(" UNION ALL ")}) GROUP BY series, bucket ORDER BY bucket`
  );
}

/** Stored figures of one series by step, and the hot rows' beside them; columns as readFigures takes them. */
export function rollupSql(
  catalogue: Catalogue,
  series: number,
  stepMs: number,
  from: number,
  to: number,
): string {
  const mine = `series = ${series} AND t >= ${from} AND t < ${to}`;
  const start = stepStart("t", stepMs);
  const stored =
    stepMs === HOUR_MS
      ? [`FROM hours WHERE ${mine}`]
      : monthsWithin(catalogue, from, to).map((month) => `FROM ${minutesOf(month)} WHERE ${mine}`);
  const hot = `SELECT series, ${start} AS step, ${FIGURES_OF_SAMPLES} FROM ${catalogue.hot}
    WHERE series = ${series} AND ${start} >= ${from} AND ${start} < ${to} AND grade < ${FIRST_BAD_GRADE} GROUP BY series, step`;
  const all = [`(${hot})`, ...stored].join(" UNION ALL ");
  return `SELECT series, step::DOUBLE, n::DOUBLE, lo, hi, total, last, last_t::DOUBLE FROM (${all})`;
}

/** How many samples there are. */
export function countSql(catalogue: Catalogue): string {
  const tables = [catalogue.hot, ...[...catalogue.months].map(samplesOf)];
  const counts = tables.map((table) => `SELECT count(*) AS n FROM ${table}`);
  return `SELECT sum(n)::DOUBLE FROM (${counts.join(" UNION ALL ")})`;
}

/** The answer's rows, from its columns series, time, n, lo, hi, total, last, last_t (none when it has no row). */
export function* readFigures(columns: unknown[][]): Generator<{ series: number; figures: Figures }> {
  const [series = [], time = [], count = [], min = [], max = [], sum = [], last = [], lastTime = []] =
    columns as number[][];
  for (let i = 0; i < series.length; i++) {
    yield {
      series: series[i]!,
      figures: {
        time: time[i]!,
        count: count[i]!,
        min: min[i]!,
        max: max[i]!,
        sum: sum[i]!,
        last: last[i]!,
        lastTime: lastTime[i]!,
      },
    };
  }
}

import { GRADES, gradeName, qualityOf } from "../../domain/quality.ts";
import { DAY_MS, FIRST_BAD_GRADE, STEP_MS } from "../buckets.ts";
import type { ExtractQuery, ExtractSlice, ExtractTarget } from "../extract.ts";
import type { SeriesBook } from "../series-book.ts";
import { offsetText, zoneSteps } from "../zone-steps.ts";
import { type Catalogue, minutesOf, monthsWithin, samplesOf } from "./catalogue.ts";
import { FIGURES_OF_FIGURES, FIGURES_OF_SAMPLES, stepStart } from "./figures-sql.ts";

/** What the rows of one machine's tag are called: `k` is its place in the list. */
export type Label = {
  asset: string;
  serial: string;
  tag: string;
  unit: string;
  since: number;
  series: number[];
};

/** Tags of several devices of one machine are one label: a replaced device goes on where the old one ended. */
export function labelsOf(book: SeriesBook, { sources, tags }: ExtractQuery): Label[] {
  return sources.flatMap(({ asset, serial, devices, since, units }) => {
    const byTag = new Map<string, Label>();
    for (const id of book.select(devices, tags)) {
      const { tag } = book.name(id)!;
      const label = byTag.get(tag) ?? { asset, serial, tag, unit: units[tag] ?? "", since, series: [] };
      byTag.set(tag, { ...label, series: [...label.series, id] });
    }
    return [...byTag.values()].sort((a, b) => (a.tag < b.tag ? -1 : 1));
  });
}

/** A string in SQL; nothing where it is empty. */
const text = (value: string) =>
  value === "" ? "NULL::VARCHAR" : `'${value.replaceAll("'", "''").replaceAll("\0", "")}'`;

const members = (labels: readonly Label[]) =>
  `(VALUES ${labels.flatMap(({ series, since }, k) => series.map((id) => `(${id}, ${k}, ${since})`)).join(", ")}) AS m(series, k, since)`;

type Cut = Pick<ExtractSlice, "from" | "to">;

/** Rows (k, t, v, grade) of the raw samples, or (k, t, n, lo, hi, total, last, last_t) of a rollup. */
export function rowsSql(
  catalogue: Catalogue,
  labels: readonly Label[],
  { resolution }: Pick<ExtractQuery, "resolution">,
  { from, to }: Cut,
): string {
  const mine = `series IN (${labels.flatMap((label) => label.series).join(",")})`;
  const within = `${mine} AND t >= ${from} AND t < ${to}`;
  const months = monthsWithin(catalogue, from, to);
  const join = `JOIN ${members(labels)} USING (series)`;
  if (resolution === "raw") {
    const parts = [...months.map(samplesOf), catalogue.hot].map(
      (table) => `SELECT series, t, v, grade FROM ${table} WHERE ${within}`,
    );
    return `SELECT k, t, v, grade FROM (${parts.join(" UNION ALL ")}) ${join} WHERE t >= since`;
  }
  const stepMs = STEP_MS[resolution];
  const stored =
    resolution === "1h"
      ? [`FROM hours WHERE ${within}`]
      : months.map((month) => `FROM ${minutesOf(month)} WHERE ${within}`);
  const step = stepStart("t", stepMs);
  const hot =
    `SELECT series, ${step} AS t, ${FIGURES_OF_SAMPLES} FROM ${catalogue.hot} ` +
    `WHERE ${mine} AND ${step} >= ${from} AND ${step} < ${to} AND grade < ${FIRST_BAD_GRADE} GROUP BY ALL`;
  const all = [...stored, `(${hot})`].join(" UNION ALL ");
  return `SELECT k, t, ${FIGURES_OF_FIGURES} FROM (${all}) ${join} WHERE t >= since GROUP BY k, t`;
}

/** Columns day (number since 1970), rows. */
export const countByDaySql = (rows: string): string =>
  `SELECT (t // ${DAY_MS})::DOUBLE AS day, count(*)::DOUBLE FROM (${rows}) GROUP BY day ORDER BY day`;

const WHEN_GRADE = (word: (grade: number) => string) =>
  Object.values(GRADES)
    .map((grade) => `WHEN ${grade} THEN ${text(word(grade))}`)
    .join(" ");

const FIGURES = {
  raw: `v AS value, CASE grade ${WHEN_GRADE(qualityOf)} ELSE 'bad' END AS quality, CASE grade ${WHEN_GRADE((grade) => (grade === GRADES.good ? "" : gradeName(grade)))} END AS reason`,
  rollup: "total / n AS mean, lo AS min, hi AS max, last, n AS count",
};

/**
 * Text that begins like a formula is run as one by spreadsheets; a quote in front makes it text. OWASP, "CSV Injection".
 * Numbers never are: they come from the columns of figures.
 */
const harmless = (value: string) => (/^[=+\-@\t\r]/.test(value) ? `'${value}` : value);

/** One statement that writes `rows` (as rowsSql gives them) into the target's file. */
export function copySql(
  rows: string,
  labels: readonly Label[],
  { resolution }: Pick<ExtractQuery, "resolution">,
  cut: Cut,
  { file, format, header, zone }: ExtractTarget,
): string {
  const csv = format === "csv";
  const word = (value: string) => text(csv ? harmless(value) : value);
  const names = labels.map(
    ({ asset, serial, tag, unit }, k) =>
      `(${k}, ${word(asset)}, ${word(serial)}, ${word(tag)}, ${word(unit)})`,
  );
  const time = csv ? wallTime(zone, cut) : "make_timestamptz(t * 1000)";
  const figures = resolution === "raw" ? FIGURES.raw : FIGURES.rollup;
  const select =
    `SELECT ${time} AS time, asset, serial, tag, unit, ${figures} FROM (${rows}) ` +
    `JOIN (VALUES ${names.join(", ")}) AS l(k, asset, serial, tag, unit) USING (k)`;
  const options = csv ? `FORMAT csv, HEADER ${header}` : "FORMAT parquet, COMPRESSION zstd";
  return `COPY (${select}${csv ? " ORDER BY t, k" : ""}) TO ${text(file)} (${options})`;
}

/** "2026-03-29T03:00:00.000+02:00": with its offset, so that no hour of a clock change is told twice. */
function wallTime(zone: string, { from, to }: Cut): string {
  const at = (offsetMs: number) =>
    `strftime(epoch_ms(t + ${offsetMs}), '%Y-%m-%dT%H:%M:%S.%g${offsetText(offsetMs)}')`;
  const [first, ...later] = zoneSteps(zone, from, to).map((step) => ({ ...step, sql: at(step.offsetMs) }));
  if (later.length === 0) return first!.sql;
  const cases = later.reverse().map((step) => `WHEN t >= ${step.from} THEN ${step.sql}`);
  return `CASE ${cases.join(" ")} ELSE ${first!.sql} END`;
}

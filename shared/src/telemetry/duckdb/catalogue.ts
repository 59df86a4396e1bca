import type { DuckDBConnection } from "@duckdb/node-api";

/**
 * Which tables hold which UTC month, kept in memory so that a query names only the tables it needs.
 *
 *   hot_<n>         (series, t, v, grade)  samples in the order they came; a new one, with the next n, after each roll
 *   samples_YYYYMM  (series, t, v, grade)  a month's samples, in runs sorted by series and time (one run a roll)
 *   minutes_YYYYMM  figures per series and minute of samples_YYYYMM, without bad samples
 *   hours           figures per series and hour of all months
 *   last            newest point of each series at the last roll
 *   series          id → device, tag
 *   offsets         name → seq of the journal up to which everything is stored
 *
 * Months, not days: planning costs 0.7 ms a table, which for a chart of 30 days was more than reading them. DuckDB skips
 * the row groups of other days by their time bounds.
 */
export type Catalogue = {
  hot: string;
  hotRows: number;
  /** When the oldest row came into the hot table, epoch ms; null while it is empty. */
  hotSince: number | null;
  /** Numbers of the UTC months that have tables, see monthOf. */
  months: ReadonlySet<number>;
};

/** Months since January of year 0. */
export function monthOf(time: number): number {
  const date = new Date(time);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

export const monthStart = (month: number): number => Date.UTC(Math.floor(month / 12), month % 12);

const monthName = (month: number): string =>
  new Date(monthStart(month)).toISOString().slice(0, 7).replace("-", "");
export const samplesOf = (month: number): string => `samples_${monthName(month)}`;
export const minutesOf = (month: number): string => `minutes_${monthName(month)}`;

/** The months of the catalogue that overlap [from, to), oldest first. */
export function monthsWithin(catalogue: Catalogue, from: number, to: number): number[] {
  return [...catalogue.months]
    .filter((month) => monthStart(month) < to && monthStart(month + 1) > from)
    .sort((a, b) => a - b);
}

export const SAMPLE_COLUMNS =
  "(series INTEGER NOT NULL, t BIGINT NOT NULL, v DOUBLE NOT NULL, grade UTINYINT NOT NULL)";
/** n samples; `last` was measured at last_t. The mean is total / n. */
export const FIGURE_COLUMNS =
  "(series INTEGER NOT NULL, t BIGINT NOT NULL, n BIGINT NOT NULL, lo DOUBLE NOT NULL, hi DOUBLE NOT NULL, " +
  "total DOUBLE NOT NULL, last DOUBLE NOT NULL, last_t BIGINT NOT NULL)";

/** Makes what is missing and reads what is there. */
export async function openCatalogue(connection: DuckDBConnection, nowMs: number): Promise<Catalogue> {
  await connection.run(`
    CREATE TABLE IF NOT EXISTS series(id INTEGER NOT NULL, device VARCHAR NOT NULL, tag VARCHAR NOT NULL);
    CREATE TABLE IF NOT EXISTS offsets(name VARCHAR NOT NULL, id BIGINT NOT NULL);
    CREATE TABLE IF NOT EXISTS last${SAMPLE_COLUMNS};
    CREATE TABLE IF NOT EXISTS hours${FIGURE_COLUMNS};
    INSERT INTO offsets SELECT 'uplink', 0 WHERE NOT EXISTS (FROM offsets WHERE name = 'uplink');
    CREATE TEMP TABLE late${SAMPLE_COLUMNS};
  `);
  const names = (
    await connection.runAndReadAll("SELECT table_name FROM duckdb_tables() WHERE NOT temporary")
  ).getRows() as [string][];
  const months = new Set<number>();
  let hot: string | null = null;
  for (const [name] of names) {
    if (name.startsWith("hot_")) hot = name;
    const month = /^samples_(\d{4})(\d\d)$/.exec(name);
    if (month !== null) months.add(Number(month[1]) * 12 + Number(month[2]) - 1);
  }
  if (hot === null) {
    hot = "hot_1";
    await connection.run(`CREATE TABLE hot_1${SAMPLE_COLUMNS}`);
  }
  const counted = (await connection.runAndReadAll(`SELECT count(*)::DOUBLE FROM ${hot}`)).getRows() as [
    number,
  ][];
  const hotRows = counted[0]![0];
  return { hot, hotRows, hotSince: hotRows === 0 ? null : nowMs, months };
}

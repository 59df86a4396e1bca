import type { DuckDBConnection } from "@duckdb/node-api";
import { DAY_MS } from "../buckets.ts";

/**
 * Which tables hold which UTC day, kept in memory so that a query names only the tables it needs.
 *
 *   hot_<n>     (series, t, v, grade)  samples in the order they came; a new one, with the next n, after each roll
 *   d_YYYYMMDD  (series, t, v, grade)  a day's samples, in runs sorted by series and time
 *   m_YYYYMMDD  figures per series and minute of d_YYYYMMDD, without bad samples
 *   hours       figures per series and hour of all days
 *   last        newest point of each series at the last roll
 *   series      id → device, tag
 *   offsets     name → seq of the journal up to which everything is stored
 */
export type Catalogue = {
  hot: string;
  hotRows: number;
  /** When the oldest row came into the hot table, epoch ms; null while it is empty. */
  hotSince: number | null;
  /** UTC day numbers (epoch ms / 86,400,000) that have tables. */
  days: Set<number>;
};

export const dayOf = (time: number): number => Math.floor(time / DAY_MS);

const dayName = (day: number): string =>
  new Date(day * DAY_MS).toISOString().slice(0, 10).replaceAll("-", "");
export const samplesOf = (day: number): string => `d_${dayName(day)}`;
export const minutesOf = (day: number): string => `m_${dayName(day)}`;

/** The days of the catalogue that overlap [from, to), oldest first. */
export function daysWithin(catalogue: Catalogue, from: number, to: number): number[] {
  const first = dayOf(from);
  const last = dayOf(to - 1);
  return [...catalogue.days].filter((day) => day >= first && day <= last).sort((a, b) => a - b);
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
  const days = new Set<number>();
  let hot: string | null = null;
  for (const [name] of names) {
    if (name.startsWith("hot_")) hot = name;
    const day = /^d_(\d{4})(\d\d)(\d\d)$/.exec(name);
    if (day !== null) days.add(dayOf(Date.UTC(Number(day[1]), Number(day[2]) - 1, Number(day[3]))));
  }
  if (hot === null) {
    hot = "hot_1";
    await connection.run(`CREATE TABLE hot_1${SAMPLE_COLUMNS}`);
  }
  const counted = (await connection.runAndReadAll(`SELECT count(*)::DOUBLE FROM ${hot}`)).getRows() as [
    number,
  ][];
  const hotRows = counted[0]![0];
  return { hot, hotRows, hotSince: hotRows === 0 ? null : nowMs, days };
}

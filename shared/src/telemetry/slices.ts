import { DAY_MS } from "./buckets.ts";
import type { ExtractSlice } from "./extract.ts";

/** A slice of so many rows is written in about half a second, and sorted within DuckDB's memory. */
const SLICE_ROWS = 250_000;

/** Joins days (number since 1970, rows; oldest first) to slices of about SLICE_ROWS within the range. */
export function slicesOfDays(
  days: readonly (readonly [day: number, rows: number])[],
  range: { from: number; to: number },
  most = SLICE_ROWS,
): ExtractSlice[] {
  const slices: ExtractSlice[] = [];
  for (const [day, rows] of days) {
    const from = Math.max(range.from, day * DAY_MS);
    const to = Math.min(range.to, (day + 1) * DAY_MS);
    const last = slices.at(-1);
    if (last !== undefined && last.rows + rows <= most) {
      last.to = to;
      last.rows += rows;
    } else slices.push({ from, to, rows });
  }
  return slices;
}

import { DAY_MS, FIRST_BAD_GRADE } from "../buckets.ts";
import type { ExtractQuery } from "../extract.ts";
import type { SeriesBook } from "../series-book.ts";
import { seriesCondition, type Window } from "./figures-ql.ts";
import { SAMPLES } from "./line.ts";

/** Samples of one answer: about 1 MB of JSON. */
export const PAGE_ROWS = 20_000;

const within = ({ from, to }: Window): string => `time >= ${from}ms AND time < ${to}ms`;

/** Rows (day, count). A rollup has a row for each step with a sample that is not bad. */
export function countByDayQl(
  condition: string,
  { resolution }: Pick<ExtractQuery, "resolution">,
  window: Window,
) {
  const byDay = `GROUP BY time(${DAY_MS}ms) fill(none)`;
  if (resolution === "raw")
    return `SELECT count(v) FROM ${SAMPLES} WHERE ${within(window)} AND ${condition} ${byDay}`;
  const steps =
    `SELECT count(v) AS n FROM ${SAMPLES} WHERE ${within(window)} AND ${condition} ` +
    `AND grade < ${FIRST_BAD_GRADE} GROUP BY time(${resolution}), "device", "tag" fill(none)`;
  return `SELECT count(n) FROM (${steps}) WHERE ${within(window)} ${byDay}`;
}

/** Rows (time, v, grade) of one series, oldest first, PAGE_ROWS at most. */
export const samplesQl = (book: SeriesBook, id: number, window: Window): string =>
  `SELECT v, grade FROM ${SAMPLES} WHERE ${within(window)} AND ${seriesCondition(book, [id])} LIMIT ${PAGE_ROWS}`;

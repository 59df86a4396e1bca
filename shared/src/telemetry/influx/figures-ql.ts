import { FIRST_BAD_GRADE, type Figures } from "../buckets.ts";
import type { SeriesBook } from "../series-book.ts";
import type { RollupStep } from "../store.ts";
import { quoted, ROLLUPS, SAMPLES } from "./line.ts";
import type { Table } from "./server.ts";

export type Window = { from: number; to: number };

const within = ({ from, to }: Window): string => `time >= ${from}ms AND time < ${to}ms`;

/** Condition that selects exactly these series. */
export function seriesCondition(book: SeriesBook, ids: readonly number[]): string {
  const tagsByDevice = new Map<string, string[]>();
  for (const id of ids) {
    const { device, tag } = book.name(id)!;
    tagsByDevice.set(device, [...(tagsByDevice.get(device) ?? []), `"tag" = ${quoted(tag)}`]);
  }
  const devices = [...tagsByDevice].map(
    ([device, tags]) => `("device" = ${quoted(device)} AND (${tags.join(" OR ")}))`,
  );
  return `(${devices.join(" OR ")})`;
}

/** Buckets of `widthMs`, one of which starts at `start`. */
export type Grid = { start: number; widthMs: number };

const time = ({ start, widthMs }: Grid): string => `time(${widthMs}ms, ${start % widthMs}ms)`;

/** Figures of samples per bucket and value of the labels. */
export function figuresOfSamples(condition: string, window: Window, grid: Grid, labels: string): string {
  return (
    `SELECT count(v), min(v), max(v), sum(v), last(v) FROM ${SAMPLES} WHERE ${within(window)} AND ${condition} ` +
    `AND grade < ${FIRST_BAD_GRADE} GROUP BY ${time(grid)}, ${labels} fill(none)`
  );
}

/** Uncertain samples per bucket and tag. */
export function doubtOfSamples(condition: string, window: Window, grid: Grid): string {
  return (
    `SELECT count(v) FROM ${SAMPLES} WHERE ${within(window)} AND ${condition} ` +
    `AND grade > 0 AND grade < ${FIRST_BAD_GRADE} GROUP BY ${time(grid)}, "tag" fill(none)`
  );
}

/** The same from rollups; a rollup row with n = 0 stands for a bucket that has become empty. */
export function figuresOfRollups(
  step: RollupStep,
  condition: string,
  window: Window,
  grid: Grid,
  labels: string,
): string {
  return (
    `SELECT sum(n), min(lo), max(hi), sum(total), last(last) FROM ${ROLLUPS[step]} WHERE ${within(window)} ` +
    `AND ${condition} AND n > 0 GROUP BY ${time(grid)}, ${labels} fill(none)`
  );
}

/** Rows of either statement. `lastTime` is the bucket's start: parts of one answer follow each other in time. */
export function* readFigures(table: Table): Generator<Figures> {
  for (const row of table.values as number[][]) {
    const [time, count, min, max, sum, last] = row as [number, number, number, number, number, number];
    // Some servers give an empty bucket in spite of fill(none).
    if (!(count > 0)) continue;
    yield { time, count, min, max, sum, last, lastTime: time };
  }
}

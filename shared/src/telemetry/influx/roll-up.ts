import { DAY_MS, type Figures, HOUR_MS, MINUTE_MS, mergeInto } from "../buckets.ts";
import type { SeriesBook } from "../series-book.ts";
import {
  figuresOfRollups,
  figuresOfSamples,
  readFigures,
  seriesCondition,
  type Window,
} from "./figures-ql.ts";
import { lineStart, nameOf, ROLLUPS } from "./line.ts";
import type { InfluxServer, Table } from "./server.ts";
import type { InfluxState } from "./state.ts";

/** Series × hours of one round: its answer has at most 60 times as many rows. */
const MOST_HOURS = 400;

export type Round = { ids: number[]; window: Window };

/** The next series and hours to roll up, or null. An hour is due once it is over, so that it is computed once. */
export function nextRound(state: InfluxState, nowMs: number): Round | null {
  let day = Number.POSITIVE_INFINITY;
  const dueOf = (hours: ReadonlySet<number>) => [...hours].filter((hour) => hour + HOUR_MS <= nowMs);
  for (const hours of state.dirty.values()) {
    for (const hour of dueOf(hours)) day = Math.min(day, Math.floor(hour / DAY_MS));
    if (day !== Number.POSITIVE_INFINITY) break;
  }
  if (day === Number.POSITIVE_INFINITY) return null;
  const round: Round = { ids: [], window: { from: Number.POSITIVE_INFINITY, to: 0 } };
  for (const [series, hours] of state.dirty) {
    const due = dueOf(hours).filter((hour) => Math.floor(hour / DAY_MS) === day);
    if (due.length === 0) continue;
    const from = Math.min(round.window.from, ...due);
    const to = Math.max(round.window.to, ...due.map((hour) => hour + HOUR_MS));
    if (round.ids.length > 0 && (round.ids.length + 1) * ((to - from) / HOUR_MS) > MOST_HOURS) break;
    round.ids.push(series);
    round.window = { from, to };
  }
  return round;
}

/** Computes all minutes and hours of the round anew from the samples. The caller keeps writes out meanwhile. */
export async function rollUp(
  server: InfluxServer,
  state: InfluxState,
  book: SeriesBook,
  { ids, window }: Round,
): Promise<void> {
  const condition = seriesCondition(book, ids);
  const labels = '"device", "tag"';
  const grid = { start: window.from, widthMs: MINUTE_MS };
  const [found, known] = await server.query([
    figuresOfSamples(condition, window, grid, labels),
    figuresOfRollups("1m", condition, window, grid, labels),
  ]);
  const minutesByKey = byKey(found!);
  const knownByKey = byKey(known!);
  const lines: string[] = [];
  for (const id of ids) {
    const { device, tag } = book.name(id)!;
    const key = `${device}\n${tag}`;
    const minutes = minutesByKey.get(key) ?? new Map<number, Figures>();
    const before = knownByKey.get(key) ?? new Map<number, Figures>();
    pushLines(lines, lineStart(ROLLUPS["1m"], device, tag), minutes, before.keys());
    pushLines(
      lines,
      lineStart(ROLLUPS["1h"], device, tag),
      hoursOf(minutes.values()),
      [...before.keys()].map(hourOf),
    );
  }
  await server.write(lines);
  const done: { series: number; hour: number }[] = [];
  for (const series of ids) {
    for (const hour of state.dirty.get(series) ?? []) {
      if (hour >= window.from && hour < window.to) done.push({ series, hour });
    }
  }
  state.rolledUp(done);
}

const hourOf = (time: number): number => time - (time % HOUR_MS);

function byKey(tables: readonly Table[]): Map<string, Map<number, Figures>> {
  const result = new Map<string, Map<number, Figures>>();
  for (const table of tables) {
    const figuresByTime = new Map<number, Figures>();
    for (const figures of readFigures(table)) figuresByTime.set(figures.time, figures);
    result.set(`${nameOf(table.tags!.device!)}\n${nameOf(table.tags!.tag!)}`, figuresByTime);
  }
  return result;
}

function hoursOf(minutes: Iterable<Figures>): Map<number, Figures> {
  const hours = new Map<number, Figures>();
  for (const minute of minutes) {
    const time = hourOf(minute.time);
    const hour = hours.get(time);
    if (hour === undefined) hours.set(time, { ...minute, time });
    else mergeInto(hour, minute);
  }
  return hours;
}

/** One line per bucket, and n = 0 over a bucket that was there before and has no sample now. */
function pushLines(
  lines: string[],
  start: string,
  rows: Map<number, Figures>,
  before: Iterable<number>,
): void {
  for (const { time, count, min, max, sum, last } of rows.values()) {
    lines.push(`${start}n=${count}i,lo=${min},hi=${max},total=${sum},last=${last} ${time}`);
  }
  for (const time of new Set(before)) if (!rows.has(time)) lines.push(`${start}n=0i ${time}`);
}

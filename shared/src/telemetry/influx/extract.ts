import { rmSync } from "node:fs";
import { DuckDBInstance } from "@duckdb/node-api";
import { DAY_MS, STEP_MS } from "../buckets.ts";
import { SAMPLE_COLUMNS } from "../duckdb/catalogue.ts";
import { copySql, type Label, labelsOf } from "../duckdb/extract-sql.ts";
import type { Extractor, ExtractQuery } from "../extract.ts";
import type { SeriesBook } from "../series-book.ts";
import { slicesOfDays } from "../slices.ts";
import type { TelemetryStore } from "../store.ts";
import { countByDayQl, PAGE_ROWS, samplesQl } from "./extract-ql.ts";
import { seriesCondition, type Window } from "./figures-ql.ts";
import type { InfluxServer } from "./server.ts";

const TABLES = {
  raw: `rows${SAMPLE_COLUMNS.replace("series", "k")}`,
  rollup: "rows(k INTEGER, t BIGINT, n DOUBLE, lo DOUBLE, hi DOUBLE, total DOUBLE, last DOUBLE)",
};
const ROLLUP_ROWS = 1440;

/** Reads page by page into a scratch database beside the file, which then writes the file: no more than a page in memory. */
export function influxExtractor(
  server: InfluxServer,
  book: SeriesBook,
  rollup: TelemetryStore["rollup"],
): Extractor {
  async function* rows(
    label: Label,
    query: ExtractQuery,
    { from, to }: Window,
    signal: AbortSignal,
  ): AsyncGenerator<number[][]> {
    for (const id of label.series) {
      for (let next = Math.max(from, label.since); next < to; ) {
        signal.throwIfAborted();
        if (query.resolution === "raw") {
          const [[table] = []] = await server.query([samplesQl(book, id, { from: next, to })]);
          const page = (table?.values ?? []) as [number, number, number][];
          yield page;
          next = page.length < PAGE_ROWS ? to : page.at(-1)![0] + 1;
        } else {
          const stepMs = STEP_MS[query.resolution];
          // A rollup that begins before the range, or before the machine was the reader's, is not the reader's.
          const first = Math.ceil(next / stepMs) * stepMs;
          const end = Math.min(to, first + ROLLUP_ROWS * stepMs);
          const asked = { ...book.name(id)!, step: query.resolution, from: first, to: end };
          const found = first < end ? await rollup(asked) : [];
          yield found.map(({ time, count, min, max, mean, last }) => [
            time,
            count,
            min,
            max,
            mean * count,
            last,
          ]);
          next = Math.max(end, next + 1);
        }
      }
    }
  }

  return {
    async slices(query, signal) {
      const labels = labelsOf(book, query);
      const daysByStart = new Map<number, number>();
      for (const { series, since } of labels) {
        signal.throwIfAborted();
        const stepMs = query.resolution === "raw" ? 1 : STEP_MS[query.resolution];
        const first = Math.ceil(Math.max(query.from, since) / stepMs) * stepMs;
        const window = { from: first, to: query.to };
        if (window.from >= window.to) continue;
        const [tables] = await server.query([countByDayQl(seriesCondition(book, series), query, window)]);
        for (const [time, count] of (tables?.[0]?.values ?? []) as [number, number][]) {
          const day = Math.floor(time / DAY_MS);
          if (count > 0) daysByStart.set(day, (daysByStart.get(day) ?? 0) + count);
        }
      }
      return slicesOfDays(
        [...daysByStart].sort(([a], [b]) => a - b),
        query,
      );
    },

    async write(query, slice, target, signal) {
      const labels = labelsOf(book, query);
      const scratch = `${target.file}.scratch`;
      const instance = await DuckDBInstance.create(scratch, { threads: "1", memory_limit: "200MB" });
      const connection = await instance.connect();
      try {
        const raw = query.resolution === "raw";
        await connection.run(`CREATE TABLE ${raw ? TABLES.raw : TABLES.rollup}`);
        const appender = await connection.createAppender("rows");
        for (const [k, label] of labels.entries()) {
          for await (const page of rows(label, query, slice, signal)) {
            for (const [time, ...figures] of page) {
              appender.appendInteger(k);
              appender.appendBigInt(BigInt(time!));
              const grade = raw ? figures.pop()! : null;
              for (const figure of figures) appender.appendDouble(figure);
              if (grade !== null) appender.appendUTinyInt(grade);
              appender.endRow();
            }
            appender.flushSync();
          }
        }
        appender.closeSync();
        signal.throwIfAborted();
        const from = raw ? "FROM rows" : "SELECT * REPLACE (n::BIGINT AS n) FROM rows";
        await connection.run(copySql(from, labels, query, slice, target));
      } finally {
        connection.closeSync();
        instance.closeSync();
        for (const made of [scratch, `${scratch}.wal`]) rmSync(made, { force: true });
      }
    },
  };
}

import { createReadStream, mkdirSync, readdirSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "@millwright/shared/failure";
import type { Log } from "@millwright/shared/log";
import {
  type Extractor,
  type ExtractRequest,
  type ExtractSlice,
  MOST_ROWS,
  ROWS_HEADER,
} from "@millwright/shared/telemetry/extract";
import { z } from "zod";

/** Open at once: each may hold a file of a slice, a Parquet one whole. */
const MOST_OPEN = 4;
/** A reader that takes nothing for so long has gone, or holds a place that others wait for. */
const PATIENCE_MS = 60_000;
/** Of a Parquet row; compressed sensor data take 4 to 12. */
const BYTES_PER_ROW = 24;
/** Enough for a slice and for what the journals need meanwhile. */
const SPARE_BYTES = 512 * 1024 * 1024;
const NAME = /^extract-\d+-\d+\.(csv|parquet)(\.scratch(\.wal)?)?$/;

const name = z.string().max(400);
const time = z.number().int().min(0).max(8.64e15);
export const exportRequest = z.object({
  sources: z
    .array(
      z.object({
        asset: name,
        serial: name,
        devices: z.array(z.string().min(1).max(200)).max(1000),
        since: time,
        units: z.record(name, name),
      }),
    )
    .min(1)
    .max(200),
  tags: z.array(z.string().min(1).max(200)).max(500).optional(),
  from: time,
  to: time,
  resolution: z.enum(["raw", "1m", "1h"]),
  format: z.enum(["csv", "parquet"]),
  zone: z.string().max(64),
});

export type Exports = {
  /** The file as a stream; its rows are known beforehand. Throws invalid (too many rows) and unavailable. */
  answer(request: ExtractRequest): Promise<Response>;
};

/**
 * Hands out telemetry as files. DuckDB writes a slice to disk, which is then sent as fast as the reader takes it: a slow
 * one holds a file and no query, one that goes away ends the work. `dir` is this module's own: what an earlier run
 * left there is removed.
 */
export function createExports(
  { extractor, dir, log }: { extractor: Extractor; dir: string; log: Log },
  patienceMs = PATIENCE_MS,
): Exports {
  mkdirSync(dir, { recursive: true });
  for (const left of readdirSync(dir)) if (NAME.test(left)) rmSync(join(dir, left), { force: true });
  let open = 0;
  let serial = 0;

  async function* bytes(
    request: ExtractRequest,
    parts: readonly Pick<ExtractSlice, "from" | "to">[],
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    for (const [i, slice] of parts.entries()) {
      const { format, zone } = request;
      const file = join(dir, `extract-${process.pid}-${++serial}.${format}`);
      try {
        await extractor.write(request, slice, { file, format, header: i === 0, zone }, signal);
        yield* createReadStream(file, { highWaterMark: 256 * 1024 });
      } finally {
        rmSync(file, { force: true });
      }
    }
  }

  return {
    async answer(request) {
      if (open >= MOST_OPEN)
        throw new Failure("unavailable", "too many exports are running; try again in a minute");
      const ended = new AbortController();
      open++;
      const from = performance.now();
      try {
        const slices = await extractor.slices(request, ended.signal);
        const rows = slices.reduce((sum, slice) => sum + slice.rows, 0);
        check(request, rows, dir);
        const { format } = request;
        // One Parquet file has one end, and a CSV without rows still has its first line.
        const parts = format === "parquet" || slices.length === 0 ? [request] : slices;
        const stream = flow(bytes(request, parts, ended.signal), ended, patienceMs, (error) => {
          open--;
          const seconds = (performance.now() - from) / 1000;
          if (error && !ended.signal.aborted) log.warn({ err: error, rows, format }, "export broke off");
          else log.info({ rows, format, seconds, whole: !ended.signal.aborted }, "telemetry exported");
        });
        const type = format === "csv" ? "text/csv; charset=utf-8" : "application/vnd.apache.parquet";
        return new Response(stream, { headers: { "content-type": type, [ROWS_HEADER]: String(rows) } });
      } catch (error) {
        open--;
        throw error;
      }
    },
  };
}

function check({ format }: ExtractRequest, rows: number, dir: string): void {
  if (rows > MOST_ROWS)
    throw new Failure(
      "invalid",
      `has ${rows.toLocaleString("en")} rows; take at most ${MOST_ROWS.toLocaleString("en")} at a time`,
      { field: "to" },
    );
  const { bavail, bsize } = statfsSync(dir);
  const needed = SPARE_BYTES + (format === "parquet" ? rows * BYTES_PER_ROW : 0);
  if (bavail * bsize < needed)
    throw new Failure("unavailable", "there is not enough free disk for this file; take a shorter time");
}

/** Asks for the next piece only when the reader has taken the last one. `done` is called once, however it ends. */
function flow(
  pieces: AsyncGenerator<Uint8Array>,
  ended: AbortController,
  patienceMs: number,
  done: (error?: unknown) => void,
): ReadableStream<Uint8Array> {
  let timer: NodeJS.Timeout | undefined;
  let told = false;
  const tell = (error?: unknown) => {
    clearTimeout(timer);
    if (!told) done(error);
    told = true;
  };
  const stop = async () => {
    ended.abort();
    await pieces.return(undefined).catch(() => undefined);
    tell();
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        clearTimeout(timer);
        try {
          const { value, done: last } = await pieces.next();
          if (last) {
            tell();
            return controller.close();
          }
          controller.enqueue(value);
          timer = setTimeout(() => {
            controller.error(new Failure("unavailable", "the reader of an export took nothing for too long"));
            void stop();
          }, patienceMs);
        } catch (error) {
          tell(error);
          controller.error(error);
        }
      },
      cancel: stop,
    },
    { highWaterMark: 1 },
  );
}

import { timingSafeEqual } from "node:crypto";
import { type ServerType, serve } from "@hono/node-server";
import { Failure } from "@millwright/shared/failure";
import type { Log } from "@millwright/shared/log";
import { EXTRACT_PATH } from "@millwright/shared/telemetry/extract";
import {
  COPY_PATH,
  type DeviceAttributes,
  type IngestStatus,
  type LiveBatch,
  READ_PATHS,
  type RejectedMessage,
  type TelemetryReader,
} from "@millwright/shared/telemetry/read-api";
import type { DoubtSeries, RangeQuery } from "@millwright/shared/telemetry/store";
import { type Context, Hono } from "hono";
import { streamText } from "hono/streaming";
import { z } from "zod";
import { type Exports, exportRequest } from "./export.ts";
import { type CopyTo, serveCopy } from "./serve-copy.ts";

/** What the door answers from; all but `live` are questions of one answer. */
export type Answers = Pick<TelemetryReader, "latest" | "range" | "status"> & {
  rejected(query: {
    devices?: readonly string[] | undefined;
    before?: number | undefined;
    limit: number;
  }): RejectedMessage[];
  doubt(query: RangeQuery): Promise<DoubtSeries[]>;
  attributes(devices: readonly string[]): DeviceAttributes[];
  health(): Promise<IngestStatus>;
  metrics(): Promise<string>;
  copyTo?: CopyTo;
  exports?: Exports;
  subscribe(listener: (batch: LiveBatch) => void): () => void;
};

const id = z.string().min(1).max(200);
const devices = z.array(id).max(20_000);
const time = z.number().min(-8.64e15).max(8.64e15);
const bodies = {
  latest: z.object({ devices, tags: z.array(id).max(500).optional() }),
  status: z.object({ devices }),
  attributes: z.object({ devices }),
  range: z
    .object({
      devices,
      tags: z.array(id).max(500).optional(),
      from: time,
      to: time,
      buckets: z.number().int().min(1).max(2000),
      byDevice: z.boolean().optional(),
    })
    .refine((query) => query.from < query.to, "from must be before to"),
  rejected: z.object({
    devices: devices.optional(),
    before: z.number().int().optional(),
    limit: z.number().int().min(1).max(1000),
  }),
};

/** A reader that has this many pushes waiting is not reading: it is let go and connects again. */
const MAX_QUEUED = 100;
/** An empty line now and then keeps a quiet stream from being taken for a dead one. */
const HEARTBEAT_MS = 15_000;

export function telemetryApp(answers: Answers, secret: string, log: Log): Hono {
  const app = new Hono();
  const expected = Buffer.from(`Bearer ${secret}`);

  app.use(async (c, next) => {
    const given = Buffer.from(c.req.header("authorization") ?? "");
    if (given.length !== expected.length || !timingSafeEqual(given, expected))
      return c.json({ error: "unauthorized" }, 401);
    await next();
  });

  app.post(READ_PATHS.latest, async (c) => {
    const query = await body(c, bodies.latest);
    return c.json(await answers.latest(query.devices, query.tags));
  });
  app.post(READ_PATHS.status, async (c) =>
    c.json(await answers.status((await body(c, bodies.status)).devices)),
  );
  app.post(READ_PATHS.attributes, async (c) =>
    c.json(answers.attributes((await body(c, bodies.attributes)).devices)),
  );
  app.post(READ_PATHS.rejected, async (c) => c.json(answers.rejected(await body(c, bodies.rejected))));
  app.post(READ_PATHS.range, async (c) => {
    const { tags, ...query } = await body(c, bodies.range);
    return c.json(await answers.range(tags === undefined ? query : { ...query, tags }));
  });
  app.post(READ_PATHS.doubt, async (c) => {
    const { tags, ...query } = await body(c, bodies.range);
    return c.json(await answers.doubt(tags === undefined ? query : { ...query, tags }));
  });
  app.get(READ_PATHS.health, async (c) => c.json(await answers.health()));
  app.post(EXTRACT_PATH, async (c) => {
    const { tags, ...asked } = await body(c, exportRequest);
    if (answers.exports === undefined) throw new Failure("unavailable", "this store gives no files");
    return answers.exports.answer(tags === undefined ? asked : { ...asked, tags });
  });
  app.post(COPY_PATH, (c) => serveCopy(c, answers.copyTo, log));
  app.get(READ_PATHS.metrics, async (c) => c.text(await answers.metrics()));

  app.get(READ_PATHS.live, (c) => {
    c.header("content-type", "application/x-ndjson");
    return streamText(c, async (stream) => {
      const queue: string[] = [""];
      let wake: () => void = () => {};
      let ended = false;
      const stop = () => {
        ended = true;
        wake();
      };
      const cancel = answers.subscribe((batch) => {
        queue.push(JSON.stringify(batch));
        if (queue.length > MAX_QUEUED) stop();
        wake();
      });
      stream.onAbort(stop);
      while (!ended) {
        while (queue.length > 0 && !ended) await stream.write(`${queue.shift()}\n`);
        if (ended) break;
        await new Promise<void>((resolve) => {
          const timer = setTimeout(() => {
            queue.push("");
            resolve();
          }, HEARTBEAT_MS);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
          if (queue.length > 0) wake();
        });
      }
      cancel();
    });
  });

  app.onError((error, c) => {
    if (error instanceof Failure) {
      const status = error.code === "invalid" ? 400 : error.code === "unavailable" ? 503 : 500;
      return c.json({ error: error.message, field: error.field }, status);
    }
    log.error({ err: error, path: c.req.path }, "read failed");
    return c.json({ error: "internal" }, 500);
  });
  return app;
}

async function body<T extends z.ZodType>(c: Context, schema: T): Promise<z.infer<T>> {
  const parsed = schema.safeParse(await c.req.json().catch(() => null));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new Failure("invalid", issue.message, { field: issue.path.join(".") });
}

/** Listens on the loopback interface, on a port the system chooses. */
export function listen(app: Hono): Promise<{ port: number; close(): Promise<void> }> {
  return new Promise((resolve, reject) => {
    const server: ServerType = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, ({ port }) =>
      resolve({
        port,
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            if ("closeAllConnections" in server) server.closeAllConnections();
          }),
      }),
    );
    server.once("error", reject);
  });
}

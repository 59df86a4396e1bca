import { existsSync } from "node:fs";
import { isAbsolute } from "node:path";
import { Failure } from "@millwright/shared/failure";
import type { Log } from "@millwright/shared/log";
import type { TelemetryStore } from "@millwright/shared/telemetry/store";
import type { Context } from "hono";
import { streamText } from "hono/streaming";

/** A client that hears nothing for minutes gives up; a copy of some gigabytes takes minutes. */
const SIGN_OF_LIFE_MS = 1_000;

export type CopyTo = TelemetryStore["copyTo"];

/** Answers at once, then says how it ended. The copy is given up when the asker goes away. */
export async function serveCopy(c: Context, copyTo: CopyTo, log: Log): Promise<Response> {
  const { file } = (await c.req.json().catch(() => ({}))) as { file?: unknown };
  if (typeof file !== "string" || !isAbsolute(file) || !file.endsWith(".duckdb") || existsSync(file))
    throw new Failure("invalid", "file must be the absolute path of a .duckdb file yet to be made");
  if (copyTo === undefined) throw new Failure("invalid", "this telemetry store makes its own backups");
  return streamText(c, async (stream) => {
    const gone = new AbortController();
    stream.onAbort(() => gone.abort());
    const life = setInterval(() => void stream.write("\n"), SIGN_OF_LIFE_MS);
    const from = performance.now();
    try {
      await copyTo(file, gone.signal);
      log.info({ file, seconds: (performance.now() - from) / 1000 }, "telemetry copied");
      await stream.write("copied\n");
    } catch (error) {
      log.warn({ err: error, file }, "telemetry not copied");
      await stream.write(`${error instanceof Error ? error.message : String(error)}\n`);
    } finally {
      clearInterval(life);
    }
  });
}

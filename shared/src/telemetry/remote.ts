import { Failure } from "../failure.ts";
import type { Log } from "../log.ts";
import { findDoor, loopbackSecret } from "../run-dir.ts";
import { EXTRACT_PATH, ROWS_HEADER } from "./extract.ts";
import {
  type DeviceAttributes,
  type DeviceStatus,
  type IngestStatus,
  type LiveBatch,
  READ_PATHS,
  type RejectedMessage,
  type TelemetryReader,
} from "./read-api.ts";
import type { DoubtSeries, LatestValue, RangeSeries } from "./store.ts";

/** A little more than the 5 s after which ingest interrupts a query, so that its own sentence arrives. */
const ANSWER_LIMIT_MS = 7000;
const COUNT_LIMIT_MS = 60_000;
/** A stream silent for so long may be dead without a FIN: it ends here, and the caller asks again. Blank lines count as life. */
const SILENCE_LIMIT_MS = 30_000;

export type RemoteOptions = { dataDir: string; log?: Log };

/**
 * The client of ingest's loopback door. Every call finds the door anew: ingest may have started again on another port.
 * Throws unavailable while ingest is not there or cannot answer, invalid when it refuses the question.
 */
export function remoteTelemetry({ dataDir, log }: RemoteOptions): TelemetryReader {
  const request = async (path: string, body: unknown, signal: AbortSignal): Promise<Response> => {
    const port = findDoor(dataDir, "ingest");
    if (port === null)
      throw new Failure("unavailable", "telemetry is not available: ingest has not started yet");
    const headers: Record<string, string> = { authorization: `Bearer ${loopbackSecret(dataDir)}` };
    if (body !== undefined) headers["content-type"] = "application/json";
    let response: Response;
    try {
      response = await fetch(`http://127.0.0.1:${port}${path}`, {
        method: body === undefined ? "GET" : "POST",
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
        signal,
      });
    } catch (cause) {
      throw unavailable(cause);
    }
    if (response.ok) return response;
    throw await refusal(response);
  };

  const ask = async <T>(path: string, body?: unknown): Promise<T> => {
    const signal = AbortSignal.timeout(ANSWER_LIMIT_MS);
    const response = await request(path, body, signal);
    try {
      return (await response.json()) as T;
    } catch (cause) {
      throw unavailable(cause);
    }
  };

  return {
    latest: (devices, tags) => ask<LatestValue[]>(READ_PATHS.latest, { devices, tags }),
    range: (query) => ask<RangeSeries[]>(READ_PATHS.range, query),
    doubt: (query) => ask<DoubtSeries[]>(READ_PATHS.doubt, query),
    rejected: (query) => ask<RejectedMessage[]>(READ_PATHS.rejected, query),
    status: (devices) => ask<DeviceStatus[]>(READ_PATHS.status, { devices }),
    attributes: (devices) => ask<DeviceAttributes[]>(READ_PATHS.attributes, { devices }),
    health: () => ask<IngestStatus>(READ_PATHS.health),

    async extract(asked, signal) {
      // Counting the rows of years takes longer than a page waits; the file itself takes as long as it takes.
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(), COUNT_LIMIT_MS);
      try {
        const response = await request(EXTRACT_PATH, asked, AbortSignal.any([signal, late.signal]));
        if (response.body === null) throw new Failure("unavailable", "ingest gave an empty answer");
        return { rows: Number(response.headers.get(ROWS_HEADER)), body: response.body };
      } finally {
        clearTimeout(timer);
      }
    },

    async live(signal, onBatch) {
      if (signal.aborted) return;
      const ended = new AbortController();
      const end = () => ended.abort();
      signal.addEventListener("abort", end, { once: true });
      let silence = setTimeout(end, SILENCE_LIMIT_MS);
      try {
        const response = await request(READ_PATHS.live, undefined, ended.signal);
        for await (const line of lines(response)) {
          clearTimeout(silence);
          silence = setTimeout(end, SILENCE_LIMIT_MS);
          if (line !== "") onBatch(JSON.parse(line) as LiveBatch);
        }
      } catch (error) {
        if (signal.aborted) return;
        // Ingest went away in the middle of the stream; that it was there is no fault of the caller's.
        if (error instanceof StreamEnded) {
          log?.info({ reason: String(error.cause) }, "live telemetry stream ended");
          return;
        }
        throw error;
      } finally {
        clearTimeout(silence);
        signal.removeEventListener("abort", end);
        ended.abort();
      }
    },
  };
}

class StreamEnded extends Error {}

async function* lines(response: Response): AsyncGenerator<string> {
  if (response.body === null) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    let chunk: { done: boolean; value?: string };
    try {
      chunk = await reader.read();
    } catch (cause) {
      throw new StreamEnded("the stream broke off", { cause });
    }
    // A line cut off by the end of the stream is not a whole batch.
    if (chunk.done) return;
    const parts = (rest + chunk.value).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
}

function unavailable(cause: unknown): Failure {
  const name = cause instanceof Error ? cause.name : "";
  const sentence =
    name === "TimeoutError"
      ? `telemetry is not available: ingest did not answer within ${ANSWER_LIMIT_MS / 1000} s`
      : "telemetry is not available: ingest does not answer";
  return new Failure("unavailable", sentence, { cause });
}

/** Ingest's own sentence where it gives one: `{ error, field? }`, `message`, or problem+json's `detail`. */
async function refusal(response: Response): Promise<Failure> {
  const text = await response.text().catch(() => "");
  let said: { message?: unknown; detail?: unknown; error?: unknown; field?: unknown } = {};
  try {
    said = (JSON.parse(text) ?? {}) as typeof said;
  } catch {
    // Not JSON: the status alone has to do.
  }
  const sentence = [said.message, said.detail, said.error].find((part) => typeof part === "string");
  if (response.status === 400 || response.status === 422) {
    const field = typeof said.field === "string" ? said.field : undefined;
    return new Failure("invalid", sentence ?? "ingest refused the telemetry query", { field });
  }
  if (response.status === 401 || response.status === 403) {
    return new Failure(
      "unavailable",
      "telemetry is not available: ingest runs with another DATA_DIR's secret",
    );
  }
  if (response.status === 404) {
    return new Failure("unavailable", "telemetry is not available: another program listens on ingest's port");
  }
  return new Failure(
    "unavailable",
    `telemetry is not available: ${sentence ?? `ingest answered ${response.status}`}`,
  );
}

import { setTimeout as delay } from "node:timers/promises";
import { type Clock, systemClock } from "@millwright/shared/clock";
import { Failure } from "@millwright/shared/failure";
import type { Log } from "@millwright/shared/log";
import { SampleBatch, type TelemetryStore, type WriteResult } from "@millwright/shared/telemetry/store";

/** At least this long between two commits: below 50 ms a commit costs more than its points. PIPELINE §6. */
export const COMMIT_MS = 100;
export const MAX_ROWS = 50_000;
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;
/** A store that hangs says nothing: after this long it counts as one that does not answer. Chosen by us. */
const HANGS_AFTER_MS = 3_000;

export type Recorder = {
  /** The batch to push samples into. Changes at each cut. */
  batch(): SampleBatch;
  /** Starts writing what has been pushed, with the offset it reaches. Only while none is being written. */
  cut(offset: number): void;
  busy(): boolean;
  /** Resolves when nothing is being written. */
  idle(): Promise<void>;
  storedThrough(): number;
  /** One sentence while the store does not take the batch. */
  trouble(): string | null;
  /** Since when, epoch ms, or null. */
  troubleSince(): number | null;
  /** Gives up the batch being tried; it is read from the journal again at the next start. */
  stop(): void;
};

/** What it needs of the telemetry store. */
export type RecorderStore = Pick<TelemetryStore, "offset" | "write">;

export type Written = { result: WriteResult; rows: number; seconds: number; offset: number };

/**
 * Two batches: one filled while the other is written. A store that does not answer is tried with the same batch for
 * ever, so memory stays bounded and nothing is lost: the journal keeps what comes.
 */
export function createRecorder(
  store: RecorderStore,
  log: Log,
  onWritten: (written: Written) => void,
  clock: Clock = systemClock,
): Recorder {
  let filling = new SampleBatch();
  let spare = new SampleBatch();
  let writing: Promise<void> | null = null;
  let through = store.offset();
  let trouble: string | null = null;
  /** When the batch now being written was first tried: to be told, and by a clock that nobody sets. */
  let triedSince = 0;
  let triedFrom = 0;
  const stopped = new AbortController();

  function current(): string | null {
    if (trouble !== null || writing === null) return trouble;
    return performance.now() - triedFrom > HANGS_AFTER_MS ? "telemetry store does not answer" : null;
  }

  async function write(batch: SampleBatch, offset: number): Promise<void> {
    triedSince = clock();
    triedFrom = performance.now();
    for (let retryMs = FIRST_RETRY_MS; ; retryMs = Math.min(2 * retryMs, LAST_RETRY_MS)) {
      const from = performance.now();
      try {
        const result = await store.write(batch, offset);
        if (trouble !== null) log.info({ offset }, "telemetry store took the batch again");
        trouble = null;
        through = offset;
        onWritten({ result, rows: batch.length, seconds: (performance.now() - from) / 1000, offset });
        return;
      } catch (error) {
        if (error instanceof Failure && error.code === "conflict") {
          // The store holds less than it had committed. A new start reads what is missing from the journal again.
          log.fatal({ err: error, offset }, "telemetry store went back: starting anew");
          throw error;
        }
        if (trouble === null)
          log.error({ err: error, offset, rows: batch.length }, "telemetry store did not take a batch");
        trouble = `telemetry store does not take points: ${error instanceof Error ? error.message : String(error)}`;
      }
      if (stopped.signal.aborted) return;
      await delay(retryMs, undefined, { signal: stopped.signal }).catch(() => {});
      if (stopped.signal.aborted) return;
    }
  }

  return {
    batch: () => filling,
    cut(offset) {
      const full = filling;
      filling = spare;
      filling.length = 0;
      spare = full;
      writing = write(full, offset).finally(() => {
        writing = null;
      });
    },
    busy: () => writing !== null,
    idle: () => writing ?? Promise.resolve(),
    storedThrough: () => through,
    trouble: current,
    troubleSince: () => (current() === null ? null : triedSince),
    stop: () => stopped.abort(),
  };
}

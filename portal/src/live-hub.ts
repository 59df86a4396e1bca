import { setTimeout as sleep } from "node:timers/promises";
import type { PortalDb } from "@millwright/shared/db/open";
import type { Log } from "@millwright/shared/log";
import type { LiveBatch, TelemetryReader } from "@millwright/shared/telemetry/read-api";
import { type Change, onChange } from "./access/changes.ts";

type LiveListener = { onBatch: (batch: LiveBatch) => void; onChange: (change: Change) => void };

/** One upstream live stream from ingest, fanned out to every open page; who may see what is the page's stream's business. */
export type LiveHub = {
  /** Calls until the returned function is called. */
  subscribe(listener: LiveListener): () => void;
  /** Open streams. */
  size(): number;
  stop(): Promise<void>;
};

const RETRY_MS = 1_000;

/** The upstream stream is open only while somebody listens. */
export function createLiveHub({
  db,
  telemetry,
  log,
}: {
  db: PortalDb;
  telemetry: TelemetryReader;
  log: Log;
}): LiveHub {
  const listeners = new Set<LiveListener>();
  let upstream: { abort: AbortController; done: Promise<void> } | null = null;
  const unsubscribe = onChange(db, (change) => {
    for (const listener of listeners) listener.onChange(change);
  });

  const follow = async (signal: AbortSignal) => {
    let told = false;
    while (!signal.aborted) {
      try {
        await telemetry.live(signal, (batch) => {
          told = false;
          for (const listener of listeners) listener.onBatch(batch);
        });
      } catch (error) {
        if (!told && !signal.aborted) log.warn({ err: error }, "live values are not available; trying again");
        told = true;
      }
      await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  };

  const close = async () => {
    const open = upstream;
    upstream = null;
    open?.abort.abort();
    await open?.done;
  };

  return {
    subscribe(listener) {
      listeners.add(listener);
      if (!upstream) {
        const abort = new AbortController();
        upstream = { abort, done: follow(abort.signal) };
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) void close();
      };
    },
    size: () => listeners.size,
    async stop() {
      unsubscribe();
      listeners.clear();
      await close();
    },
  };
}

import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { PortalDb } from "@millwright/shared/db/open";
import type { Log } from "@millwright/shared/log";
import type { LiveBatch, TelemetryReader } from "@millwright/shared/telemetry/read-api";
import { type Change, onChange } from "./access/changes.ts";

type LiveListener = {
  onBatch: (batch: LiveBatch) => void;
  onChange: (change: Change) => void;
  /** Values may have been missed; ask for the newest. */
  onGap: () => void;
};

/** One upstream live stream from ingest, fanned out to every open page; who may see what is the page's stream's business. */
export type LiveHub = {
  /** Calls until the returned function is called. */
  subscribe(listener: LiveListener): () => void;
  /** Names the newest change: what a stream gives as the id of its events. */
  position(): string;
  /** Every change after that position, oldest first; null when that is not known any more. */
  changesSince(position: string): Change[] | null;
  /** Open streams. */
  size(): number;
  stop(): Promise<void>;
};

const RETRY_MS = 1_000;
/** Changes kept for pages whose connection broke: a storm of alarms for some minutes. */
const KEPT_CHANGES = 2_000;

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
  // Another process has not seen the same changes: its positions mean nothing here.
  const run = randomBytes(6).toString("hex");
  const kept: Change[] = [];
  let newest = 0;
  const unsubscribe = onChange(db, (change) => {
    newest++;
    kept.push(change);
    if (kept.length > KEPT_CHANGES) kept.shift();
    for (const listener of listeners) listener.onChange(change);
  });

  const follow = async (signal: AbortSignal) => {
    let told = false;
    for (let broken = false; !signal.aborted; broken = true) {
      let first = broken;
      try {
        await telemetry.live(signal, (batch) => {
          told = false;
          if (first) for (const listener of listeners) listener.onGap();
          first = false;
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
    position: () => `${run}-${newest}`,
    changesSince(position) {
      const [of, seen] = position.split("-");
      const missed = newest - Number(seen);
      if (of !== run || !(missed >= 0 && missed <= kept.length)) return null;
      return missed === 0 ? [] : kept.slice(-missed);
    },
    size: () => listeners.size,
    async stop() {
      unsubscribe();
      listeners.clear();
      await close();
    },
  };
}

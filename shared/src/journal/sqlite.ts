import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { Worker } from "node:worker_threads";
import { damagedFile } from "../db/sound.ts";
import { Failure } from "../failure.ts";
import { type Group, GroupPacker } from "./group.ts";
import type { AppendDone, JournalWriter } from "./journal.ts";

export type SqliteJournalOptions = {
  file: string;
  /** What all readers have got is kept up to this size, for a replay. Default 1 GiB. What one has not got is always kept. */
  maxBytes?: number;
  /** … and up to this age. Default 7 days. */
  maxAgeMs?: number;
  /**
   * The journal's bound. While a reader is stuck it grows to about this; from SLOW_FROM of it on commits are spread
   * out, so that who waits for them slows down, and at it appends fail until the reader goes on. Default 8 GiB.
   */
  limitBytes?: number;
  /** false breaks the promise on purpose: the control of the power cut, which must then find losses. */
  syncEachCommit?: boolean;
  /** Nothing is trimmed before each of these has reported once, on this or an earlier run. */
  requiredReaders?: readonly string[];
};

/** One transaction holds at most this many groups (of 1 MB), so that the first of a long queue is not kept waiting. */
const GROUPS_PER_COMMIT = 8;
/** From this part of the bound on there are pauses between commits, from none up to the longest. Chosen by us. */
const SLOW_FROM = 0.75;
const LONGEST_PAUSE_MS = 1_000;

type FromWorker =
  | { type: "ready"; head: number; trimmedThrough: number; heldBytes: number }
  | { type: "open-failed"; message: string; code: string; locked: boolean }
  | { type: "committed"; head: number; heldBytes: number; reopened: number }
  | { type: "failed"; message: string; code: string; reopened: number }
  | { type: "upkeep-failed"; message: string; code: string; reopened: number }
  | { type: "trimmed"; through: number; heldBytes: number };

/**
 * Opens (or creates) the journal. Throws Failure "conflict" if another process writes it, "unavailable" if the file
 * cannot be opened. Records, bytes and groups of `stats` count since it was opened.
 */
export async function openSqliteJournal(options: SqliteJournalOptions): Promise<JournalWriter> {
  const { file, maxAgeMs = 604_800_000, requiredReaders = [], limitBytes = 8_589_934_592 } = options;
  const { syncEachCommit = true } = options;
  // What is kept for a replay must leave room for what is yet to be read.
  const maxBytes = Math.min(options.maxBytes ?? 1_073_741_824, limitBytes / 2);
  try {
    mkdirSync(dirname(file), { recursive: true });
  } catch (cause) {
    throw new Failure("invalid", `${dirname(file)} cannot be written`, { cause });
  }
  const worker = new Worker(new URL("./commit-worker.mjs", import.meta.url), {
    workerData: { file, maxBytes, maxAgeMs, syncEachCommit, requiredReaders: [...requiredReaders] },
    execArgv: [],
  });
  const first = await new Promise<FromWorker>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  worker.removeAllListeners("error");
  if (first.type === "ready") return new SqliteJournal(worker, first, limitBytes);
  const reason = first.type === "open-failed" ? first : { message: first.type, code: "", locked: false };
  if (reason.locked && reason.code === "SQLITE_BUSY") {
    throw new Failure("conflict", `${file} is already written by another running program`);
  }
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(reason.code)) throw damagedFile(file, reason.message);
  throw new Failure("unavailable", `${file} cannot be opened: ${reason.message}`);
}

/**
 * Exactly one commit is in flight; the next one holds whatever arrived meanwhile. That adapts to any disk without a
 * waiting time to tune: a group per turn, posted without waiting, collapses behind a slow one.
 */
class SqliteJournal implements JournalWriter {
  private readonly packer = new GroupPacker();
  private inFlight: Group[] | null = null;
  private flushScheduled = false;
  private closing = false;
  private pause: NodeJS.Timeout | null = null;
  private whenDrained: (() => void) | null = null;
  private readonly listeners: ((head: number) => void)[] = [];
  private readonly counts = { records: 0, bytes: 0, groups: 0, failures: 0, reopened: 0 };

  private newest: number;
  private trimmedThrough: number;
  private heldBytes: number;

  constructor(
    private readonly worker: Worker,
    found: { head: number; trimmedThrough: number; heldBytes: number },
    private readonly limitBytes: number,
  ) {
    this.newest = found.head;
    this.trimmedThrough = found.trimmedThrough;
    this.heldBytes = found.heldBytes;
    worker.on("message", (message: FromWorker) => this.received(message));
    // No error handler: a writing thread that dies is a fault of this program, which has to start anew.
  }

  append(record: Uint8Array, done: AppendDone): void {
    if (this.closing) {
      queueMicrotask(() => done(new Failure("unavailable", "the journal is closed")));
      return;
    }
    this.packer.add(record, done);
    if (this.inFlight !== null || this.flushScheduled) return;
    this.flushScheduled = true;
    setImmediate(() => {
      this.flushScheduled = false;
      this.flush();
    });
  }

  head(): number {
    return this.newest;
  }

  reportOffset(reader: string, seq: number): void {
    if (!this.closing) this.worker.postMessage({ type: "offset", reader, seq });
  }

  onCommit(listener: (head: number) => void): void {
    this.listeners.push(listener);
  }

  stats() {
    const { trimmedThrough, heldBytes, limitBytes } = this;
    return { ...this.counts, trimmedThrough, heldBytes, limitBytes };
  }

  async close(): Promise<void> {
    if (this.closing) return;
    this.closing = true;
    if (this.pause !== null) clearTimeout(this.pause);
    this.pause = null;
    this.flush();
    if (this.inFlight !== null) await new Promise<void>((resolve) => (this.whenDrained = resolve));
    const ended = new Promise<void>((resolve) => this.worker.once("exit", () => resolve()));
    this.worker.postMessage({ type: "close" });
    await ended;
  }

  private flush(): void {
    if (this.inFlight !== null || this.pause !== null || this.packer.isEmpty()) return;
    const groups = this.packer.take(GROUPS_PER_COMMIT);
    this.inFlight = groups;
    if (this.heldBytes >= this.limitBytes) {
      const megabytes = Math.round(this.heldBytes / 1_048_576);
      setImmediate(() =>
        this.settle(
          new Failure("unavailable", `the journal is full: ${megabytes} MB wait for a reader that is stuck`),
        ),
      );
      return;
    }
    const posted = groups.map(({ buffer, length, count }) => ({ buffer, length, count }));
    this.worker.postMessage(
      { type: "commit", groups: posted },
      groups.map((group) => group.buffer),
    );
  }

  private received(message: FromWorker): void {
    if ("reopened" in message) this.counts.reopened = message.reopened;
    if (message.type === "trimmed") {
      this.trimmedThrough = message.through;
      this.heldBytes = message.heldBytes;
    } else if (message.type === "committed") {
      this.newest = message.head;
      this.heldBytes = message.heldBytes;
      this.settle(null);
    } else if (message.type === "failed") {
      this.counts.failures += 1;
      this.settle(new Failure("unavailable", `the journal could not be written: ${message.message}`));
    } else if (message.type === "upkeep-failed") this.counts.failures += 1;
  }

  /** The next group goes to the disk first; the callers of this one are told meanwhile, in the order they came. */
  private settle(error: Error | null): void {
    const groups = this.inFlight ?? [];
    this.inFlight = null;
    // A caller hands in again what failed. What it appended after that must not be in the journal before it.
    while (error !== null && !this.packer.isEmpty()) groups.push(...this.packer.take(GROUPS_PER_COMMIT));
    this.slowDown();
    this.flush();
    for (const group of groups) {
      if (error === null) {
        this.counts.records += group.count;
        this.counts.bytes += group.length;
        this.counts.groups += 1;
      }
      for (const done of group.dones) done(error);
    }
    if (error === null) for (const listener of this.listeners) listener(this.newest);
    if (this.inFlight === null && this.packer.isEmpty()) this.whenDrained?.();
  }

  /** Near the bound the next commit waits: who waits for its acknowledgement sends less meanwhile. */
  private slowDown(): void {
    const over = this.heldBytes / this.limitBytes - SLOW_FROM;
    if (over <= 0 || this.closing) return;
    const pauseMs = Math.min(1, over / (1 - SLOW_FROM)) * LONGEST_PAUSE_MS;
    this.pause = setTimeout(() => {
      this.pause = null;
      this.flush();
    }, pauseMs);
  }
}

import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "@millwright/shared/clock";
import type { Finding } from "@millwright/shared/domain/finding";
import type { JournalEntry, JournalReader } from "@millwright/shared/journal/journal";
import type { Log } from "@millwright/shared/log";
import type { TelemetryStore } from "@millwright/shared/telemetry/store";
import { decodeUplink } from "@millwright/shared/wire/uplink-record";
import { createKeeper } from "./keeper.ts";
import type { Live } from "./live.ts";
import type { FindingSink } from "./raise.ts";
import { createReceiver, type Outcome, type Receiver } from "./receive.ts";
import { COMMIT_MS, createRecorder, MAX_ROWS, type Written } from "./record.ts";
import type { RejectStore } from "./reject.ts";
import type { SnapshotStore } from "./snapshot.ts";
import { count, type Series, startWorld, type World } from "./state.ts";

/** acquire → decode → grade → record → detect → raise. The one place where a record passes through all of it. */
export type PipelineParts = {
  reader: JournalReader;
  store: TelemetryStore;
  findings: FindingSink;
  rejects: RejectStore;
  snapshots: SnapshotStore;
  live: Live;
  /** Restored from `snapshots`. */
  world: World;
  clock: Clock;
  log: Log;
  /** While true, a quiet journal means quiet devices; false when the broker itself cannot be reached. */
  watching(): boolean;
  /** Everything through this seq is stored and judged for good: the journal may be trimmed to here. */
  onOffset(seq: number): void;
  onWritten?(written: Written): void;
};

export type Pipeline = {
  /** There is something to read. */
  wake(): void;
  stop(): Promise<void>;
  /** Everything journalled before the call is stored and judged. */
  drained(): Promise<void>;
  trouble(): { journal: string | null; store: string | null; storeSince: number | null };
  handled(): number;
  storedThrough(): number;
};

const READ_BYTES = 4 * 1024 * 1024;
const SLICE_MS = 20;
const POLL_MS = 250;
/** Records are stamped before they are committed: looking for silence only this far behind now, none is overtaken. */
const TICK_BEHIND_MS = 5_000;

export function startPipeline(parts: PipelineParts): Pipeline {
  const { reader, store, findings, rejects, live, world, clock, log } = parts;
  const onWritten = (written: Written) => {
    parts.onWritten?.(written);
    keeper.stored(written.offset);
  };
  const recorder = createRecorder(store, log, onWritten, clock);
  const keeper = createKeeper({
    ...parts,
    onOffset: (judged) => parts.onOffset(Math.min(judged, recorder.storedThrough())),
  });
  const storedBefore = store.offset();
  const judgedBefore = parts.snapshots.offset();
  let seq = Math.min(storedBefore, judgedBefore);
  let cutAt = 0;
  let cutSeq = seq;
  let stopping = false;
  let journalTrouble: string | null = null;
  let wakeUp: (() => void) | null = null;

  const record = (series: Series, at: number, value: number, grade: number): void => {
    if (seq <= storedBefore) return;
    if (series.id < 0) series.id = store.series(series.device.kept.id, series.kept.tag);
    recorder.batch().push(series.id, at, value, grade);
  };
  const receiver = createReceiver(world, {
    sample: record,
    latest: live.changed,
    presence: live.presence,
    finding: (finding: Finding) => findings.raise(finding),
    rejected: (message) => rejects.add(seq, message),
  });
  // The store is behind the judgement (another store, or its file is gone): what was judged is stored, not judged again.
  const behind: Receiver | null =
    storedBefore < judgedBefore ? createReceiver(startWorld(world.catalog), storeOnly(record)) : null;

  function handle(entry: JournalEntry): void {
    seq = entry.seq;
    if (entry.gap) {
      lose(entry.gap, seq);
      return;
    }
    let readable = false;
    try {
      const record = decodeUplink(entry.bytes);
      readable = true;
      (seq <= judgedBefore && behind ? behind : receiver).handle(record);
    } catch (error) {
      // A record that cannot be handled must not stop those behind it, nor be met again at each restart.
      log.error({ err: error, seq }, "record not understood");
      if (!readable) count(world.totals, "messages");
      count(world.totals, "messagesRejected");
      count(world.totals, "refused.unreadable-record");
      const refused = [{ reason: "unreadable-record" as const, what: "" }];
      rejects.add(seq, { device: "", topic: "", payload: entry.bytes, receivedAt: clock(), refused });
    }
  }

  /** What the journal could not give back is counted once, as the messages it gives are. */
  function lose(gap: { from: number; kept: string }, through: number): void {
    log.error({ ...gap, through }, "uplink records are damaged; what is left of them is kept aside");
    const before = Math.max(gap.from - 1, judgedBefore);
    if (through > before) count(world.totals, "recordsLost", through - before);
  }

  async function acquire(): Promise<void> {
    const entries = read();
    if (entries.length === 0) {
      if (parts.watching()) receiver.tick(clock() - TICK_BEHIND_MS);
      commit(false);
      await rest();
      return;
    }
    let sliceEnd = performance.now() + SLICE_MS;
    for (const entry of entries) {
      handle(entry);
      if (recorder.batch().length >= MAX_ROWS) {
        await recorder.idle();
        if (stopping) return;
        commit(true);
      }
      if (performance.now() < sliceEnd) continue;
      commit(false);
      await nextTurn();
      if (stopping) return;
      sliceEnd = performance.now() + SLICE_MS;
    }
    commit(false);
    await nextTurn();
  }

  function read(): JournalEntry[] {
    try {
      const entries = reader.read(seq, READ_BYTES);
      journalTrouble = null;
      return entries;
    } catch (error) {
      if (journalTrouble === null) log.error({ err: error, seq }, "uplink journal not readable");
      journalTrouble = `uplink journal cannot be read: ${error instanceof Error ? error.message : String(error)}`;
      return [];
    }
  }

  function commit(now: boolean): void {
    const moment = performance.now();
    if (recorder.busy() || stopping || (!now && moment - cutAt < COMMIT_MS)) return;
    if (seq > cutSeq) {
      cutAt = moment;
      cutSeq = seq;
      // Before the cut: state and offset of the same record boundary.
      keeper.prepare(Math.max(seq, judgedBefore));
      recorder.cut(Math.max(seq, storedBefore));
    } else {
      keeper.prepareQuiet(Math.max(seq, judgedBefore));
    }
  }

  function rest(): Promise<void> {
    const ms = seq > cutSeq ? Math.max(1, COMMIT_MS - (performance.now() - cutAt)) : POLL_MS;
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      function done() {
        clearTimeout(timer);
        wakeUp = null;
        resolve();
      }
      wakeUp = done;
    });
  }

  const running = (async () => {
    while (!stopping) await acquire();
  })();
  // Without it the program is of no use: the rejection ends the process, and it is started again.
  running.catch((error: unknown) => {
    log.fatal({ err: error }, "pipeline ended");
    throw error;
  });

  return {
    wake: () => wakeUp?.(),
    async stop() {
      stopping = true;
      wakeUp?.();
      if (recorder.trouble() !== null) recorder.stop();
      await running;
      await recorder.idle();
      if (recorder.trouble() === null && seq > cutSeq) {
        recorder.cut(Math.max(seq, storedBefore));
        await recorder.idle();
      }
      // Only a state whose points are stored may be kept.
      if (recorder.trouble() === null && findings.trouble() === null)
        await keeper.last(Math.max(seq, judgedBefore));
      recorder.stop();
    },
    async drained() {
      const head = reader.head();
      while (!stopping && (recorder.storedThrough() < head || seq < head))
        await new Promise((resolve) => setTimeout(resolve, 5));
      await findings.settled();
    },
    trouble: () => ({
      journal: journalTrouble ?? findings.trouble() ?? keeper.trouble(),
      store: recorder.trouble(),
      storeSince: recorder.troubleSince(),
    }),
    handled: () => seq,
    storedThrough: () => recorder.storedThrough(),
  };
}

const storeOnly = (sample: Outcome["sample"]): Outcome => ({
  sample,
  latest: () => {},
  presence: () => {},
  finding: () => {},
  rejected: () => {},
});

import type { Clock } from "@millwright/shared/clock";
import type { JournalWriter } from "@millwright/shared/journal/journal";
import type { Log } from "@millwright/shared/log";
import { encodeMessage, encodePresence, type PresenceEvent } from "@millwright/shared/wire/uplink-record";
import type { Backlog } from "./backlog.ts";

type Done = (error: Error | null) => void;

/**
 * The way into the uplink journal. `done` comes after the fsync that covers the record, in the order of the calls:
 * that is what lets the broker acknowledge in order.
 */
export function createUplink(options: {
  journal: JournalWriter;
  backlog: Backlog;
  clock: Clock;
  log: Log;
  ackBeforeCommit: boolean;
}) {
  const { journal, backlog, clock, log, ackBeforeCommit } = options;
  let pending = 0;
  let failing = false;
  let failed = 0;
  let drained: (() => void)[] = [];

  function append(record: Uint8Array, done: Done) {
    pending += 1;
    backlog.add(record.length);
    journal.append(record, (error) => {
      pending -= 1;
      backlog.remove(record.length);
      note(error);
      if (!ackBeforeCommit) done(error);
      if (pending === 0) {
        for (const resolve of drained) resolve();
        drained = [];
      }
    });
    if (ackBeforeCommit) setImmediate(done, null);
  }

  /** Once per change of state: a full disk would otherwise fill the log too. */
  function note(error: Error | null) {
    if (error) failed += 1;
    if ((error !== null) === failing) return;
    failing = error !== null;
    if (error)
      log.error(
        { err: error },
        "uplink journal failed: devices are cut off unacknowledged until it can be written",
      );
    else log.info("uplink journal can be written again");
  }

  return {
    message(deviceId: string, topic: string, payload: string | Buffer, done: Done) {
      const bytes = typeof payload === "string" ? Buffer.from(payload) : payload;
      append(encodeMessage(clock(), deviceId, topic, bytes), done);
    },
    presence(deviceId: string, event: PresenceEvent, done: Done) {
      append(encodePresence(clock(), deviceId, event), done);
    },
    /** Settled when every record handed in so far has been committed or refused. */
    whenDrained: () =>
      pending === 0 ? Promise.resolve() : new Promise<void>((resolve) => drained.push(resolve)),
    failing: () => failing,
    failed: () => failed,
  };
}

export type Uplink = ReturnType<typeof createUplink>;

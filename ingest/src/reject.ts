import type { RejectedMessage } from "@millwright/shared/telemetry/read-api";
import type Database from "better-sqlite3";
import type { Refused } from "./receive.ts";

/** Refused messages are kept for the engineer to see, at most this many and this much; the oldest go first. */
export type RejectBounds = { rows: number; bytes: number };
const BOUNDS: RejectBounds = { rows: 50_000, bytes: 64 * 1024 * 1024 };
const PAYLOAD_KEPT = 4096;
/** Tags named in one reason; more are counted. */
const NAMED = 3;
/** Rows waiting to be written: a flood keeps the newest, as the table does. */
const MAX_WAITING = 5_000;

type RejectQuery = {
  devices?: readonly string[] | undefined;
  before?: number | undefined;
  limit: number;
};

export type RejectStore = {
  add(seq: number, message: Refused): void;
  /** Writes what waits; call inside the transaction that moves the snapshot, and about once a second. */
  flush(): void;
  list(query: RejectQuery): RejectedMessage[];
  /** Messages dropped for the bounds, since the start of the process. */
  dropped(): number;
};

type Row = {
  seq: number;
  part: number;
  device: string;
  topic: string;
  reason: string;
  receivedAt: number;
  payload: string;
  bytes: number;
};

export function openRejectStore(db: Database.Database, bounds: RejectBounds = BOUNDS): RejectStore {
  const insert = db.prepare(
    `INSERT OR IGNORE INTO rejected (seq, part, device, topic, reason, received_at, payload, payload_bytes)
     VALUES (@seq, @part, @device, @topic, @reason, @receivedAt, @payload, @bytes)`,
  );
  const size = db.prepare("SELECT count(*) AS n, coalesce(sum(length(payload)), 0) AS bytes FROM rejected");
  const oldest = db.prepare("SELECT id, seq, length(payload) AS bytes FROM rejected ORDER BY id LIMIT 1000");
  const trim = db.prepare("DELETE FROM rejected WHERE id <= ?");
  const setTrimmed = db.prepare("INSERT OR REPLACE INTO facts (name, value) VALUES ('rejectedTrimmed', ?)");
  const trimmed = db.prepare("SELECT value FROM facts WHERE name = 'rejectedTrimmed'").pluck().get() as
    | string
    | undefined;
  const now = size.get() as { n: number; bytes: number };
  let { n: rows, bytes } = now;
  /** Newest journal seq whose rejection went out for the bounds: a replay must not bring it back. */
  let trimmedThrough = Number(trimmed ?? 0);
  let waiting: Row[] = [];
  let dropped = 0;

  const write = db.transaction(() => {
    for (const row of waiting) {
      if (row.seq <= trimmedThrough || insert.run(row).changes === 0) continue;
      rows++;
      bytes += row.payload.length;
    }
    while (rows > bounds.rows || bytes > bounds.bytes) {
      let last = 0;
      for (const row of oldest.all() as { id: number; seq: number; bytes: number }[]) {
        if (rows <= bounds.rows && bytes <= bounds.bytes) break;
        last = row.id;
        rows--;
        bytes -= row.bytes;
        dropped++;
        trimmedThrough = Math.max(trimmedThrough, row.seq);
      }
      if (last === 0) break;
      trim.run(last);
      setTrimmed.run(String(trimmedThrough));
    }
  });

  return {
    add(seq, { device, topic, receivedAt, payload, refused }) {
      const text = Buffer.from(
        payload.buffer,
        payload.byteOffset,
        Math.min(payload.length, PAYLOAD_KEPT),
      ).toString("utf8");
      const about = { device, topic: topic.slice(0, 512), receivedAt, payload: text, bytes: payload.length };
      for (const [part, reason] of reasons(refused).entries()) waiting.push({ seq, part, reason, ...about });
      if (waiting.length > MAX_WAITING) {
        dropped += waiting.length - MAX_WAITING;
        waiting = waiting.slice(-MAX_WAITING);
      }
    },
    flush() {
      if (waiting.length === 0) return;
      write();
      waiting = [];
    },
    list({ devices, before = Number.MAX_SAFE_INTEGER, limit }) {
      const only = devices === undefined ? "" : "AND device IN (SELECT value FROM json_each(@devices))";
      return db
        .prepare(
          `SELECT id, device AS deviceId, topic, reason, received_at AS receivedAt, payload, payload_bytes AS payloadBytes
           FROM rejected WHERE id < @before ${only} ORDER BY id DESC LIMIT @limit`,
        )
        .all({ before, limit, devices: JSON.stringify(devices ?? []) }) as RejectedMessage[];
    },
    dropped: () => dropped,
  };
}

/** One line per reason of a message: "value-not-a-number: a, b and 7 more". */
function reasons(refused: Refused["refused"]): string[] {
  const whats = new Map<string, string[]>();
  for (const { reason, what } of refused) whats.set(reason, [...(whats.get(reason) ?? []), what]);
  return [...whats].map(([reason, list]) => {
    const named = list.filter((what) => what !== "").slice(0, NAMED);
    if (named.length === 0) return reason;
    const more = list.length > named.length ? ` and ${list.length - named.length} more` : "";
    return `${reason}: ${named.join(", ")}${more}`;
  });
}

import { deserialize } from "node:v8";
import { Worker } from "node:worker_threads";
import { openSound } from "@millwright/shared/db/sound";
import { Failure } from "@millwright/shared/failure";
import Database from "better-sqlite3";

const TABLES = `
  CREATE TABLE IF NOT EXISTS retained (topic TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS sessions (id INTEGER PRIMARY KEY, client_id TEXT NOT NULL UNIQUE);
  CREATE TABLE IF NOT EXISTS subscriptions (
    client_id TEXT NOT NULL, topic TEXT NOT NULL, body BLOB NOT NULL, UNIQUE (client_id, topic));
  CREATE TABLE IF NOT EXISTS outgoing (id INTEGER PRIMARY KEY, client_id TEXT NOT NULL, body BLOB NOT NULL);
  CREATE INDEX IF NOT EXISTS outgoing_client ON outgoing (client_id);
  CREATE TABLE IF NOT EXISTS incoming (
    client_id TEXT NOT NULL, message_id INTEGER NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (client_id, message_id)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS wills (client_id TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;`;

const STATEMENTS = {
  putRetained: "INSERT INTO retained VALUES (?, ?) ON CONFLICT (topic) DO UPDATE SET body = excluded.body",
  dropRetained: "DELETE FROM retained WHERE topic = ?",
  putSession: "INSERT INTO sessions (client_id) VALUES (?) ON CONFLICT (client_id) DO NOTHING",
  dropSession: "DELETE FROM sessions WHERE client_id = ?",
  putSubscription:
    "INSERT INTO subscriptions VALUES (?, ?, ?) ON CONFLICT (client_id, topic) DO UPDATE SET body = excluded.body",
  dropSubscription: "DELETE FROM subscriptions WHERE client_id = ? AND topic = ?",
  dropSubscriptions: "DELETE FROM subscriptions WHERE client_id = ?",
  putOutgoing: "INSERT INTO outgoing VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
  dropOutgoing: "DELETE FROM outgoing WHERE id = ?",
  clearOutgoing: "DELETE FROM outgoing WHERE client_id = ?",
  putIncoming:
    "INSERT INTO incoming VALUES (?, ?, ?) ON CONFLICT (client_id, message_id) DO UPDATE SET body = excluded.body",
  dropIncoming: "DELETE FROM incoming WHERE client_id = ? AND message_id = ?",
  clearIncoming: "DELETE FROM incoming WHERE client_id = ?",
  putWill: "INSERT INTO wills VALUES (?, ?) ON CONFLICT (client_id) DO UPDATE SET body = excluded.body",
  dropWill: "DELETE FROM wills WHERE client_id = ?",
} as const;

type Change = readonly [keyof typeof STATEMENTS, ...(string | number | Uint8Array)[]];
type Pending = { add(bytes: number): void; remove(bytes: number): void };
type Waiter = { resolve(): void; reject(error: Error): void };
type Batch = { changes: Change[]; waiters: Waiter[] };

const sizeOf = (change: Change): number =>
  change.reduce<number>((sum, part) => sum + (typeof part === "object" ? part.length : 0), 0);

/** After a failed commit: the changes stay first in line, and the disk may have room again. */
const RETRY_MS = 500;

/**
 * What sessions need to survive the broker (WAL, synchronous=FULL, one commit in flight, the next holds what came
 * meanwhile). The caller keeps everything in memory as well and reads only there: `load` is for the start.
 * `pending` is told how many bytes wait for a commit. Throws Failure "unavailable" if the file cannot be opened.
 */
export function openSessionFile(file: string, pending: Pending = { add: () => {}, remove: () => {} }) {
  const opened = open(file);
  const worker = new Worker(new URL("./write-sessions.mjs", import.meta.url), {
    workerData: { file, statements: STATEMENTS },
    execArgv: [],
    // It would take the main thread's (up to 192 MB), which is for a hundred times the rate.
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  });
  let queued: Batch = { changes: [], waiters: [] };
  let inFlight: Batch | null = null;
  let scheduled = false;
  let failing = false;
  let closing = false;
  let idle: (() => void) | null = null;

  function flush() {
    scheduled = false;
    if (inFlight !== null || queued.changes.length === 0) return;
    inFlight = queued;
    queued = { changes: [], waiters: [] };
    worker.postMessage(inFlight.changes);
  }

  worker.on("message", (failure: string | null) => {
    const done = inFlight ?? { changes: [], waiters: [] };
    inFlight = null;
    failing = failure !== null;
    if (failure === null) {
      for (const change of done.changes) pending.remove(sizeOf(change));
      flush();
      for (const { resolve } of done.waiters) resolve();
    } else {
      const error = new Failure("unavailable", `sessions could not be written: ${failure}`);
      const waiters = [...done.waiters, ...queued.waiters];
      queued = { changes: [...done.changes, ...queued.changes], waiters: [] };
      scheduled = true;
      if (!closing) setTimeout(flush, RETRY_MS).unref();
      for (const { reject } of waiters) reject(error);
    }
    if (inFlight === null && (queued.changes.length === 0 || failing)) idle?.();
  });

  return {
    load: () => opened,
    /** Joins the next commit. Wait for it with `committed` where something is promised to a peer. */
    write(...change: Change) {
      if (closing) return;
      queued.changes.push(change);
      pending.add(sizeOf(change));
      if (scheduled || inFlight !== null) return;
      scheduled = true;
      setImmediate(flush);
    },
    /** Settles with the commit of everything written so far. Rejects when that fails; it is then tried again. */
    committed(): Promise<void> {
      const batch = queued.changes.length > 0 ? queued : inFlight;
      if (batch === null) return Promise.resolve();
      return new Promise((resolve, reject) => batch.waiters.push({ resolve, reject }));
    },
    /** The last commit failed: nothing new should be begun that needs one. */
    failing: () => failing,
    async close() {
      if (closing) return;
      closing = true;
      flush();
      if (inFlight !== null) await new Promise<void>((resolve) => (idle = resolve));
      const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
      worker.postMessage("close");
      await ended;
    },
  };
}

export type SessionFile = ReturnType<typeof openSessionFile>;

type Row = { client_id: string; topic: string; id: number; message_id: number; body: Buffer };

function open(file: string) {
  try {
    const db = openSound(file, () => new Database(file));
    db.pragma("journal_mode = WAL");
    db.exec(TABLES);
    const rows = (table: string, order: string) =>
      db
        .prepare<[], Row>(`SELECT * FROM ${table} ORDER BY ${order}`)
        .all()
        .map((row) => ({ ...row, body: deserialize(row.body) as unknown }));
    const kept = {
      retained: rows("retained", "topic"),
      sessions: db.prepare<[], string>("SELECT client_id FROM sessions ORDER BY id").pluck().all(),
      subscriptions: rows("subscriptions", "rowid"),
      outgoing: rows("outgoing", "id"),
      incoming: rows("incoming", "client_id"),
      wills: rows("wills", "client_id"),
    };
    db.close();
    return kept;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Failure("unavailable", `${file} cannot be opened: ${reason}`, { cause });
  }
}

/**
 * The journal's own thread: the only writer of its file. It commits the groups it is handed, one transaction
 * (one fsync) per message, keeps the readers' offsets, and trims what every reader has got.
 *
 * Plain JavaScript on purpose: a worker does not inherit the loader of its parent under vitest, and registering
 * one in each worker costs 0.1 s and 30 MB. So it imports nothing of ours.
 */
import { parentPort, workerData } from "node:worker_threads";
import { crc32 } from "node:zlib";
import Database from "better-sqlite3";

const { file, maxBytes, maxAgeMs, requiredReaders, syncEachCommit } = workerData;
/** Small deletes keep a commit that waits behind one under 10 ms (measured: 200 rows of 20 KB take at most 7 ms). */
const TRIM_ROWS = 200;
const TRIM_EVERY_MS = 100;
/** A reader's progress is written this often; a crash in between only keeps records a little longer. */
const OFFSETS_EVERY_MS = 1_000;

/** Held for life: two writers of one file would give out the same sequence numbers. The system frees it on death. */
function lockFile() {
  const lock = new Database(`${file}-lock`, { timeout: 0 });
  lock.pragma("locking_mode = EXCLUSIVE");
  lock.exec("BEGIN EXCLUSIVE");
  return lock;
}

function openFile() {
  const db = new Database(file);
  db.pragma("journal_mode = WAL");
  db.pragma(`synchronous = ${syncEachCommit ? "FULL" : "NORMAL"}`);
  db.pragma("journal_size_limit = 67108864");
  db.exec(`
    CREATE TABLE IF NOT EXISTS groups (
      first INTEGER PRIMARY KEY,
      count INTEGER NOT NULL,
      committed_at INTEGER NOT NULL,
      crc INTEGER NOT NULL,
      body BLOB NOT NULL
    );
    CREATE TABLE IF NOT EXISTS head (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      seq INTEGER NOT NULL,
      crc INTEGER NOT NULL
    );
    CREATE TABLE IF NOT EXISTS readers (name TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;`);
  return {
    db,
    insert: db.prepare("INSERT INTO groups (first, count, committed_at, crc, body) VALUES (?, ?, ?, ?, ?)"),
    saveHead: db.prepare(
      "INSERT INTO head VALUES (1, ?, ?) ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, crc = excluded.crc",
    ),
    savedHead: db.prepare("SELECT seq, crc FROM head"),
    newest: db.prepare("SELECT first, count FROM groups ORDER BY first DESC LIMIT 1"),
    oldest: db.prepare(
      "SELECT first, count, committed_at AS at, length(body) AS bytes FROM groups ORDER BY first LIMIT ?",
    ),
    remove: db.prepare("DELETE FROM groups WHERE first <= ?"),
    saveReader: db.prepare(
      "INSERT INTO readers VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET seq = excluded.seq",
    ),
    size: db.prepare("SELECT coalesce(sum(length(body)), 0) FROM groups").pluck(),
  };
}

let open;
let head = 0;
let heldBytes = 0;
let trimmedThrough = 0;
let offsetsDirty = false;
const offsets = new Map();

function restore() {
  const newest = open.newest.get();
  // The head is kept apart as well: should the file lose its newest groups, their numbers are not given out again.
  const saved = open.savedHead.get();
  const sound = saved && saved.crc === crc32(String(saved.seq)) ? saved.seq : 0;
  head = Math.max(newest ? newest.first + newest.count - 1 : 0, sound);
  heldBytes = open.size.get();
  const oldest = open.oldest.get(1);
  trimmedThrough = oldest ? oldest.first - 1 : 0;
  for (const { name, seq } of open.db.prepare("SELECT name, seq FROM readers").all()) {
    if (!offsets.has(name)) offsets.set(name, seq);
  }
}

function inTransaction(work) {
  open.db.exec("BEGIN IMMEDIATE");
  try {
    work();
    open.db.exec("COMMIT");
  } catch (error) {
    if (open.db.inTransaction) open.db.exec("ROLLBACK");
    throw error;
  }
}

/**
 * After an I/O error the handle's idea of the file may be wrong, and a repeated fsync can report success for pages
 * the kernel has dropped. So the file is opened anew, and what it holds is read again.
 */
function reopenAfter(error) {
  if (open.db.open && !/^SQLITE_(IOERR|CORRUPT|NOTADB|CONSTRAINT)/.test(error.code ?? "")) return;
  try {
    open.db.close();
  } catch {
    // The handle is being given up either way.
  }
  open = openFile();
  restore();
}

function commit(groups) {
  let seq = head;
  let bytes = 0;
  inTransaction(() => {
    const now = Date.now();
    for (const { buffer, length, count } of groups) {
      const body = Buffer.from(buffer, 0, length);
      const first = seq + 1;
      // The same expression checks it in reader.ts.
      open.insert.run(first, count, now, crc32(body, crc32(`${first}:${count}`)), body);
      seq += count;
      bytes += length;
    }
    open.saveHead.run(seq, crc32(String(seq)));
  });
  head = seq;
  heldBytes += bytes;
}

/** A report beyond the head comes from a reader of an earlier file of this name: it has read nothing of this one. */
function report(reader, seq) {
  const known = offsets.has(reader);
  offsets.set(reader, seq > head ? 0 : seq);
  if (known) offsetsDirty = true;
  else saveOffsets();
}

function saveOffsets() {
  offsetsDirty = false;
  inTransaction(() => {
    for (const [name, seq] of offsets) open.saveReader.run(name, seq);
  });
}

/** Everything up to here has been read by all. 0 while a required reader, or any reader at all, is yet unknown. */
function readByAll() {
  if (offsets.size === 0 || requiredReaders.some((name) => !offsets.has(name))) return 0;
  return Math.min(...offsets.values());
}

/** Deletes at most TRIM_ROWS groups that all have read and that are too many or too old. Never the newest one: it carries the sequence. */
function trim() {
  const read = readByAll();
  if (read <= trimmedThrough) return;
  const expired = Date.now() - maxAgeMs;
  let cut = 0;
  let last = trimmedThrough;
  let kept = heldBytes;
  for (const { first, count, at, bytes } of open.oldest.all(TRIM_ROWS)) {
    const end = first + count - 1;
    if (end > read || end >= head || (kept <= maxBytes && at > expired)) break;
    cut = first;
    last = end;
    kept -= bytes;
  }
  if (cut === 0) return;
  inTransaction(() => open.remove.run(cut));
  heldBytes = kept;
  trimmedThrough = last;
  parentPort.postMessage({ type: "trimmed", through: last, heldBytes });
}

const describe = (error) => ({ message: error.message, code: error.code ?? "" });

/** Upkeep never fails a caller: it is tried again on the next beat, and a disk that is ill fails the commits too. */
function upkeep(work) {
  try {
    work();
  } catch (error) {
    parentPort.postMessage({ type: "upkeep-failed", ...describe(error) });
  }
}

function start() {
  let lock;
  try {
    lock = lockFile();
    open = openFile();
    restore();
  } catch (error) {
    // Without a listener or a timer the thread ends by itself, after this message has been delivered.
    parentPort.postMessage({ type: "open-failed", ...describe(error), locked: lock === undefined });
    lock?.close();
    return;
  }
  parentPort.postMessage({ type: "ready", head, trimmedThrough, heldBytes });
  const trimming = setInterval(() => upkeep(trim), TRIM_EVERY_MS);
  const saving = setInterval(() => upkeep(() => offsetsDirty && saveOffsets()), OFFSETS_EVERY_MS);

  parentPort.on("message", (message) => {
    if (message.type === "commit") {
      try {
        commit(message.groups);
        parentPort.postMessage({ type: "committed", head, heldBytes });
      } catch (error) {
        upkeep(() => reopenAfter(error));
        parentPort.postMessage({ type: "failed", ...describe(error) });
      }
    } else if (message.type === "offset") {
      upkeep(() => report(message.reader, message.seq));
    } else if (message.type === "close") {
      clearInterval(trimming);
      clearInterval(saving);
      upkeep(() => offsetsDirty && saveOffsets());
      upkeep(() => open.db.close());
      lock.close();
      parentPort.close();
    }
  });
}

start();

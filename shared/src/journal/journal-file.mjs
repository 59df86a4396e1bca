import { crc32 } from "node:zlib";
import Database from "better-sqlite3";

/** Kept apart from the groups, so that lost newest groups are noticed and their numbers are not given out again. */
export const headCrc = (seq) => crc32(String(seq));

/** The same expression checks it in reader.ts. */
export const groupCrc = (first, count, body) => crc32(body, crc32(`${first}:${count}`));

const TABLES = `
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
  CREATE TABLE IF NOT EXISTS readers (name TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;`;

/**
 * The journal's file, opened for its one writer. Checkpoints are the caller's: SQLite's own swallow their errors.
 * Only a control opens it with `syncEachCommit` false.
 */
export function openJournalFile(file, syncEachCommit, busyMs = 5_000) {
  const db = new Database(file, { timeout: busyMs });
  try {
    db.pragma("journal_mode = WAL");
    db.pragma(`synchronous = ${syncEachCommit ? "FULL" : "NORMAL"}`);
    db.pragma("journal_size_limit = 67108864");
    db.pragma("wal_autocheckpoint = 0");
    db.exec(TABLES);
    return { db, ...statements(db) };
  } catch (error) {
    db.close();
    throw error;
  }
}

function statements(db) {
  return {
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
    readers: db.prepare("SELECT name, seq FROM readers"),
    saveReader: db.prepare(
      "INSERT INTO readers VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET seq = excluded.seq",
    ),
    // Walks every page but those of long bodies.
    size: db.prepare("SELECT coalesce(sum(length(body)), 0) FROM groups").pluck(),
  };
}

/** All or nothing. */
export function inTransaction(db, work) {
  db.exec("BEGIN IMMEDIATE");
  try {
    work();
    db.exec("COMMIT");
  } catch (error) {
    if (db.inTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

/**
 * A handle for the one that had an I/O error. After a failed fsync the kernel may have dropped what was to be written
 * and report success the next time, so nothing is synced again through the old handle, nor is its write-ahead log
 * trusted any further: what was committed before goes into the file itself through the new handle. The old one is
 * closed after the new one is open, for the last one to close would sync once more, and a first one to open would
 * take up what was never told as committed. Throws while the disk does not play along.
 */
export function replaceHandle(old, file, syncEachCommit, busyMs = 5_000) {
  const fresh = openJournalFile(file, syncEachCommit, busyMs);
  try {
    if (old.db.open) old.db.close();
    const [{ busy }] = fresh.db.pragma("wal_checkpoint(TRUNCATE)");
    if (busy !== 0) throw new Error("a reader is in the way");
    return fresh;
  } catch (error) {
    fresh.db.close();
    throw error;
  }
}

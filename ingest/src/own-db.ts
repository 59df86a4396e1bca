import { openSound } from "@millwright/shared/db/sound";
import { Failure } from "@millwright/shared/failure";
import Database from "better-sqlite3";

/** DATA_DIR/ingest.db: what ingest itself must remember. FULL, since the uplink journal is trimmed behind it. */
export function openOwnDb(file: string): Database.Database {
  try {
    const db = openSound(file, () => new Database(file));
    db.pragma("journal_mode = WAL");
    db.pragma("synchronous = FULL");
    db.pragma("busy_timeout = 5000");
    db.exec(`
      CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS device_state (id TEXT PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS machine_state (id TEXT PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS rejected (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        seq INTEGER NOT NULL,
        part INTEGER NOT NULL,
        device TEXT NOT NULL,
        topic TEXT NOT NULL,
        reason TEXT NOT NULL,
        received_at INTEGER NOT NULL,
        payload TEXT NOT NULL,
        payload_bytes INTEGER NOT NULL,
        UNIQUE (seq, part)
      );
      CREATE INDEX IF NOT EXISTS rejected_device ON rejected (device, id);
    `);
    return db;
  } catch (cause) {
    throw new Failure("unavailable", `${file} cannot be opened: ${String(cause)}`, { cause });
  }
}

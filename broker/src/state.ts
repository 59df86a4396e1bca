import { openSound } from "@millwright/shared/db/sound";
import Database from "better-sqlite3";

/**
 * What the broker itself has to remember across a crash (DATA_DIR/broker.db): which devices it last said were
 * connected, how far it has read the commands, and when each credential was last used. `synchronous=NORMAL`: survives the death of the process, not
 * always a power cut, and costs a reconnect storm no fsync per device.
 */
export function openState(file: string) {
  const db = openSound(file, () => new Database(file));
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = NORMAL");
  db.exec(`
    CREATE TABLE IF NOT EXISTS connected (device_id TEXT PRIMARY KEY) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS offsets (name TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS credential_use (id TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;`);
  const add = db.prepare("INSERT OR IGNORE INTO connected VALUES (?)");
  const remove = db.prepare("DELETE FROM connected WHERE device_id = ?");
  const all = db.prepare<[], string>("SELECT device_id FROM connected").pluck();
  const offset = db.prepare<[string], number>("SELECT seq FROM offsets WHERE name = ?").pluck();
  const setOffset = db.prepare(
    "INSERT INTO offsets VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET seq = excluded.seq",
  );
  const lastUse = db.prepare<[string], number>("SELECT at FROM credential_use WHERE id = ?").pluck();
  const setLastUse = db.prepare("INSERT OR REPLACE INTO credential_use VALUES (?, ?)");
  const setLastUses = db.transaction((uses: readonly (readonly [string, number])[]) => {
    for (const [id, at] of uses) setLastUse.run(id, at);
  });
  return {
    markConnected: (deviceId: string) => void add.run(deviceId),
    unmarkConnected: (deviceId: string) => void remove.run(deviceId),
    connected: () => all.all(),
    offset: (name: string) => offset.get(name) ?? 0,
    setOffset: (name: string, seq: number) => void setOffset.run(name, seq),
    /** When the credential was last used, epoch ms; undefined: never. */
    lastUse: (id: string) => lastUse.get(id),
    setLastUses: (uses: readonly (readonly [string, number])[]) => void setLastUses(uses),
    close: () => db.close(),
  };
}

export type BrokerState = ReturnType<typeof openState>;

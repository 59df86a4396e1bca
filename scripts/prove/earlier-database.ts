import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MIGRATIONS } from "@millwright/shared/db/level";
import { openPortalDb } from "@millwright/shared/db/open";

export const ROWS = 1_000;
/** Bytes of a page and its header in SQLite's write-ahead log; each frame is written in these two parts. */
const FRAME_BYTES = 4_096 + 24;

/** Makes a portal database as the version with the first `level` migrations left it, with customers in it. */
export function earlierDatabase(file: string, level: number): void {
  const dir = mkdtempSync(join(tmpdir(), "prove-schema-"));
  try {
    cpSync(MIGRATIONS, dir, { recursive: true });
    const list = `${dir}/meta/_journal.json`;
    const journal = JSON.parse(readFileSync(list, "utf8")) as { entries: unknown[] };
    writeFileSync(list, JSON.stringify({ ...journal, entries: journal.entries.slice(0, level) }));
    const { $client: db } = openPortalDb(file, dir);
    if (level > 0) {
      const add = db.prepare("INSERT INTO customers (id, name, created_at) VALUES (?, ?, 0)");
      db.transaction(() => {
        for (let n = 0; n < ROWS; n++) add.run(`cus_${n}`, `Customer ${n}`);
      })();
    }
    db.close();
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** How many writes to its files bring it to the newest version, about. */
export function writesToMigrate(file: string): number {
  const copy = `${file}.counted`;
  copyFileSync(file, copy);
  const { $client: db } = openPortalDb(copy);
  const frames = statSync(`${copy}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  db.close();
  rmSync(copy);
  return Math.max(1, Math.floor((2 * frames) / FRAME_BYTES));
}

/** As a version with one migration more would leave it. */
export function markAsNewer(file: string): void {
  const { $client: db } = openPortalDb(file);
  db.exec("INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('of a later version', 9999999999999)");
  db.close();
}

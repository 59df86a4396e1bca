import { statSync } from "node:fs";
import { crc32 } from "node:zlib";
import Database from "better-sqlite3";
import { Failure } from "../failure.ts";
import { unpackGroup } from "./group.ts";
import type { JournalEntry, JournalReader } from "./journal.ts";

const MAX_BYTES = 4_194_304;

type Row = { first: number; count: number; crc: number; body: Buffer };

/**
 * Reads the journal another process writes. While the file is not there yet, or is being created, it is empty;
 * when its folder is deleted and made anew, the new file is read. Damage throws Failure "internal" naming the group.
 */
export function openSqliteReader(file: string): JournalReader {
  return new SqliteReader(file);
}

class SqliteReader implements JournalReader {
  private open: {
    identity: string;
    close(): void;
    head(): Row | undefined;
    from(seq: number, maxBytes: number): Row[];
  } | null = null;
  private closed = false;

  constructor(private readonly file: string) {}

  head(): number {
    const newest = this.connected()?.head();
    return newest ? newest.first + newest.count - 1 : 0;
  }

  read(afterSeq: number, maxBytes = MAX_BYTES): JournalEntry[] {
    const entries: JournalEntry[] = [];
    let bytes = 0;
    for (const row of this.connected()?.from(afterSeq + 1, maxBytes) ?? []) {
      const records = this.unpack(row);
      for (let index = Math.max(0, afterSeq + 1 - row.first); index < records.length; index++) {
        const record = records[index]!;
        if (entries.length > 0 && bytes + record.length > maxBytes) return entries;
        entries.push({ seq: row.first + index, bytes: record });
        bytes += record.length;
      }
    }
    return entries;
  }

  close(): void {
    this.closed = true;
    this.disconnect();
  }

  private unpack({ first, count, crc, body }: Row): Buffer[] {
    const damaged = (cause?: unknown) =>
      new Failure("internal", `journal ${this.file}: group ${first} is damaged`, { cause });
    if (crc32(body, crc32(`${first}:${count}`)) !== crc) throw damaged();
    try {
      return unpackGroup(body, count);
    } catch (cause) {
      throw damaged(cause);
    }
  }

  private disconnect(): void {
    this.open?.close();
    this.open = null;
  }

  /** The connection to the file that is there now, or null. An open handle outlives its deleted file, so identity is compared (2 µs). */
  private connected() {
    if (this.closed) throw new Failure("internal", `journal ${this.file}: the reader is closed`);
    const stat = statSync(this.file, { throwIfNoEntry: false });
    const identity = stat ? `${stat.dev}:${stat.ino}` : null;
    if (this.open && this.open.identity !== identity) this.disconnect();
    if (this.open === null && identity !== null) this.open = connect(this.file, identity);
    return this.open;
  }
}

const NOT_YET = new Set([
  "SQLITE_CANTOPEN",
  "SQLITE_ERROR",
  "SQLITE_BUSY",
  "SQLITE_READONLY_RECOVERY",
  "SQLITE_READONLY_CANTINIT",
]);

/** null while the writer has created the file but not yet its tables. */
function connect(file: string, identity: string) {
  let db: Database.Database | undefined;
  try {
    db = new Database(file, { readonly: true, fileMustExist: true, timeout: 1_000 });
    const newest = db.prepare<[], Row>("SELECT first, count FROM groups ORDER BY first DESC LIMIT 1");
    const holding = db.prepare<[number], Row>(
      "SELECT first, count, crc, body FROM groups WHERE first <= ? ORDER BY first DESC LIMIT 1",
    );
    const following = db.prepare<[number], Row>(
      "SELECT first, count, crc, body FROM groups WHERE first > ? ORDER BY first LIMIT 1",
    );
    /** Groups from the one that holds `seq` on. One short transaction: all rows are of one state of the file. */
    const from = db.transaction((seq: number, maxBytes: number) => {
      const rows: Row[] = [];
      let bytes = 0;
      let row = holding.get(seq);
      if (row && row.first + row.count <= seq) row = following.get(row.first);
      else row ??= following.get(seq);
      while (row && (rows.length === 0 || bytes < maxBytes)) {
        rows.push(row);
        bytes += row.body.length;
        row = bytes < maxBytes ? following.get(row.first) : undefined;
      }
      return rows;
    });
    const opened = db;
    return { identity, close: () => opened.close(), head: () => newest.get(), from };
  } catch (error) {
    db?.close();
    if (error instanceof Database.SqliteError && NOT_YET.has(error.code)) return null;
    throw error;
  }
}

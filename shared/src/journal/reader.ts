import { statSync } from "node:fs";
import { crc32 } from "node:zlib";
import Database from "better-sqlite3";
import { Failure } from "../failure.ts";
import { unpackGroup } from "./group.ts";
import type { JournalEntry, JournalReader } from "./journal.ts";

const MAX_BYTES = 4_194_304;

type Row = { first: number; count: number; crc: number; body: Buffer };
type Head = { seq: number; crc: number };

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
    oldest(): number | undefined;
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
    let next = afterSeq + 1;
    const journal = this.connected();
    for (const row of journal?.from(next, maxBytes) ?? []) {
      // Only what comes before the oldest group may be gone: it is trimmed.
      const gap = row.first > next && (entries.length > 0 || journal?.oldest() !== row.first);
      if (gap || row.first + row.count <= next) throw this.missing(next, row.first);
      const records = this.unpack(row);
      next = row.first + row.count;
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

  private missing(from: number, before: number): Failure {
    return new Failure(
      "internal",
      `journal ${this.file}: records from ${from} on are missing, ${before} comes next`,
    );
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

/** The writer keeps its head apart from the groups: newest groups that are gone leave no other trace. */
function checkEnd(file: string, end: number, head: Head | undefined): void {
  if (!head || (head.seq <= end && crc32(String(head.seq)) === head.crc)) return;
  throw new Failure("internal", `journal ${file}: records after ${end} are missing, the head is ${head.seq}`);
}

/** false too while the file cannot be looked into. Tables, but not the journal's: damage, not a beginning. */
function hasTables(db: Database.Database | undefined): boolean {
  try {
    return db?.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() !== undefined;
  } catch {
    return false;
  }
}

/** null while the writer has created the file but not yet its tables. */
function connect(file: string, identity: string) {
  let db: Database.Database | undefined;
  try {
    db = new Database(file, { readonly: true, fileMustExist: true, timeout: 1_000 });
    const newest = db.prepare<[], Row>("SELECT first, count FROM groups ORDER BY first DESC LIMIT 1");
    const oldest = db.prepare<[], Row>("SELECT first FROM groups ORDER BY first LIMIT 1");
    const holding = db.prepare<[number], Row>(
      "SELECT first, count, crc, body FROM groups WHERE first <= ? ORDER BY first DESC LIMIT 1",
    );
    const following = db.prepare<[number], Row>(
      "SELECT first, count, crc, body FROM groups WHERE first > ? ORDER BY first LIMIT 1",
    );
    const saved = db.prepare<[], Head>("SELECT seq, crc FROM head");
    /** Groups from the one that holds `seq` on. One short transaction: all rows are of one state of the file. */
    const from = db.transaction((seq: number, maxBytes: number) => {
      const rows: Row[] = [];
      let bytes = 0;
      let row = holding.get(seq);
      if (row && row.first + row.count <= seq) row = following.get(row.first);
      else row ??= following.get(seq);
      let end = seq - 1;
      while (row && (rows.length === 0 || bytes < maxBytes)) {
        rows.push(row);
        bytes += row.body.length;
        end = row.first + row.count - 1;
        row = following.get(row.first);
      }
      if (!row) checkEnd(file, end, saved.get());
      return rows;
    });
    const opened = db;
    return {
      identity,
      close: () => opened.close(),
      head: () => newest.get(),
      oldest: () => oldest.get()?.first,
      from,
    };
  } catch (error) {
    const notYet = error instanceof Database.SqliteError && NOT_YET.has(error.code) && !hasTables(db);
    db?.close();
    if (notYet) return null;
    throw error;
  }
}

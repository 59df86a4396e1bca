import { statSync } from "node:fs";
import { basename } from "node:path";
import Database from "better-sqlite3";
import { Failure } from "../failure.ts";
import { unpackGroup } from "./group.ts";
import type { JournalEntry, JournalReader } from "./journal.ts";
import { headCrc } from "./journal-file.mjs";
import { keepText } from "./quarantine.mjs";
import { findSound, type GroupRow, isCorruption, isSound } from "./sound-groups.mjs";

const MAX_BYTES = 4_194_304;
const NOTHING = new Uint8Array(0);

/**
 * Reads the journal another process writes. While the file is not there yet, or is being created, it is empty;
 * when its folder is deleted and made anew, the new file is read. Damaged groups are kept in the folder `quarantine`
 * and passed over with an entry that tells the gap; where nothing can be read, throws Failure "internal".
 */
export function openSqliteReader(file: string): JournalReader {
  return new SqliteReader(file);
}

/** Something is wrong with what was read; by `reason` a second look tells whether it stays so. */
class Damage extends Failure {
  constructor(file: string, reason: string, cause?: unknown) {
    super("internal", `journal ${file}: ${reason}`, { cause });
  }
}

class SqliteReader implements JournalReader {
  private open: ReturnType<typeof connect> = null;
  private closed = false;

  constructor(private readonly file: string) {}

  head(): number {
    return this.connected()?.head() ?? 0;
  }

  read(afterSeq: number, maxBytes = MAX_BYTES): JournalEntry[] {
    try {
      return this.readSound(afterSeq, maxBytes);
    } catch (error) {
      if (!isDamage(error)) throw error;
      // Perhaps only what this process held of it in memory was damaged.
      this.disconnect();
    }
    try {
      return this.readSound(afterSeq, maxBytes);
    } catch (error) {
      if (!isDamage(error)) throw error;
      return this.passOver(afterSeq + 1, error);
    }
  }

  close(): void {
    this.closed = true;
    this.disconnect();
  }

  /** Up to the first damage, which is thrown when it comes first. */
  private readSound(afterSeq: number, maxBytes: number): JournalEntry[] {
    const entries: JournalEntry[] = [];
    let bytes = 0;
    let next = afterSeq + 1;
    const journal = this.connected();
    for (const row of journal?.from(next, maxBytes) ?? []) {
      // Only what comes before the oldest group may be gone: it is trimmed.
      const gap = row.first > next && (entries.length > 0 || journal?.oldest() !== row.first);
      const wrong = gap || !isSound(row) || row.first + row.count <= next;
      if (wrong && entries.length > 0) return entries;
      if (gap) throw new Damage(this.file, `records from ${next} on are missing, ${row.first} comes next`);
      if (wrong) throw new Damage(this.file, `group ${row.first} is damaged`);
      const records = unpackGroup(row.body, row.count);
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

  /** Keeps what can be kept of the damage at `seq`, and tells where it ends: at the next sound group, or at the head. */
  private passOver(seq: number, cause: unknown): JournalEntry[] {
    const journal = this.connected();
    const found = journal?.pastDamage(seq);
    if (!found) throw cause;
    if ("holds" in found) return entriesFrom(found.holds, seq);
    const reason = cause instanceof Error ? cause.message : String(cause);
    const groups = found.damaged.map(({ first, count, crc, body }) => ({
      first,
      count,
      crc,
      body: Buffer.isBuffer(body) ? body.toString("base64") : body,
    }));
    const told = { journal: basename(this.file), from: seq, through: found.through, reason, groups };
    const kept = keepText(this.file, `.${seq}-${found.through}.json`, `${JSON.stringify(told)}\n`);
    return [{ seq: found.through, bytes: NOTHING, gap: { from: seq, kept } }];
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

const entriesFrom = ({ first, count, body }: GroupRow, seq: number): JournalEntry[] =>
  unpackGroup(body, count)
    .map((bytes, index) => ({ seq: first + index, bytes }))
    .slice(seq - first);

const isDamage = (error: unknown): boolean =>
  error instanceof Damage || error instanceof RangeError || isCorruption(error);

const NOT_YET = new Set([
  "SQLITE_CANTOPEN",
  "SQLITE_ERROR",
  "SQLITE_BUSY",
  "SQLITE_READONLY_RECOVERY",
  "SQLITE_READONLY_CANTINIT",
]);

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
    return { identity, ...questions(file, db) };
  } catch (error) {
    const notYet = error instanceof Database.SqliteError && NOT_YET.has(error.code) && !hasTables(db);
    db?.close();
    if (notYet) return null;
    throw error;
  }
}

/** A group that holds the record after all, or how far the damage goes and what stands there. */
type PastDamage = { holds: GroupRow } | { through: number; damaged: GroupRow[] };

function questions(file: string, db: Database.Database) {
  const newest = db.prepare<[], GroupRow>("SELECT first, count FROM groups ORDER BY first DESC LIMIT 1");
  const oldest = db.prepare<[], GroupRow>("SELECT first FROM groups ORDER BY first LIMIT 1");
  const holding = db.prepare<[number], GroupRow>(
    "SELECT first, count, crc, body FROM groups WHERE first <= ? ORDER BY first DESC LIMIT 1",
  );
  const following = db.prepare<[number], GroupRow>(
    "SELECT first, count, crc, body FROM groups WHERE first > ? ORDER BY first LIMIT 1",
  );
  const saved = db.prepare<[], { seq: number; crc: number }>("SELECT seq, crc FROM head");

  /** As the writer keeps it apart from the groups, else by the newest group. */
  function head(): number {
    const kept = saved.get();
    if (kept && headCrc(kept.seq) === kept.crc) return kept.seq;
    const row = newest.get();
    return row ? row.first + row.count - 1 : 0;
  }

  /** Groups from the one that holds `seq` on. One short transaction: all rows are of one state of the file. */
  const from = db.transaction((seq: number, maxBytes: number) => {
    const rows: GroupRow[] = [];
    let bytes = 0;
    let row = holding.get(seq);
    if (row && row.first + row.count <= seq) row = following.get(row.first);
    else row ??= following.get(seq);
    while (row && (rows.length === 0 || bytes < maxBytes)) {
      rows.push(row);
      bytes += row.body?.length ?? 0;
      try {
        row = following.get(row.first);
      } catch (error) {
        if (!isCorruption(error)) throw error;
        return rows;
      }
    }
    const end = head();
    if (rows.length === 0 && end >= seq)
      throw new Damage(file, `records from ${seq} on are missing, the head is ${end}`);
    return rows;
  });

  /** null where nothing sound follows and no head says how far the damage goes. */
  const pastDamage = db.transaction((seq: number): PastDamage | null => {
    const end = head();
    const { group, damaged } = findSound(db, seq, end);
    if (group && group.first <= seq) return { holds: group };
    const through = group ? group.first - 1 : end;
    return through >= seq ? { through, damaged } : null;
  });

  return { close: () => void db.close(), head, oldest: () => oldest.get()?.first, from, pastDamage };
}

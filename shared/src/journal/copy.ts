import Database from "better-sqlite3";
import { openSqliteReader } from "./reader.ts";

/** Records it holds: those after `trimmedThrough`, through `head`. */
export type Extent = { trimmedThrough: number; head: number };

/** Reads all of a journal that nobody writes, checksums included. Throws Failure "internal" naming what is damaged. */
export function extentOf(file: string): Extent {
  const reader = openSqliteReader(file);
  try {
    const head = reader.head();
    let at = 0;
    let trimmedThrough = head;
    for (let entries = reader.read(0); entries.length > 0; entries = reader.read(at)) {
      if (at === 0) trimmedThrough = entries[0]!.seq - 1;
      at = entries.at(-1)!.seq;
    }
    return { trimmedThrough, head };
  } finally {
    reader.close();
  }
}

/**
 * Takes back what a reader has reported beyond `seq`, in a copy of a journal. The copy of the reader's own state is
 * older than the journal's: with the later report the journal would trim records, too old by then, that it still needs.
 */
export function takeBackReport(file: string, reader: string, seq: number): void {
  const db = new Database(file, { fileMustExist: true });
  try {
    db.pragma("synchronous = FULL");
    db.prepare("UPDATE readers SET seq = min(seq, ?) WHERE name = ?").run(seq, reader);
  } finally {
    db.close();
  }
}

import Database from "better-sqlite3";
import { Failure } from "../failure.ts";

/**
 * Throws Failure "unavailable" naming the file and what to do when SQLite finds its structure damaged: a program that
 * went on would answer with a part of the truth and write over the rest. `open` opens the file and may throw too.
 * Reads the whole file (about 1 s per GB from memory). A flipped bit inside a stored value is not structure.
 */
export function openSound<T extends Database.Database>(file: string, open: () => T): T {
  let db: T | undefined;
  try {
    db = open();
    const found = db.pragma("quick_check(1)", { simple: true });
    if (found !== "ok") throw new Error(String(found));
    return db;
  } catch (cause) {
    db?.close();
    if (cause instanceof Database.SqliteError && !DAMAGED.test(cause.code)) throw cause;
    throw damagedFile(file, cause);
  }
}

const DAMAGED = /^SQLITE_(CORRUPT|NOTADB)/;

/** Names the file, what is wrong with it, and what to do. */
export function damagedFile(file: string, cause: unknown): Failure {
  const found = cause instanceof Error ? cause.message : String(cause);
  return new Failure(
    "unavailable",
    `${file} is damaged (${found.replace(/\s+/g, " ")}). Restore it from a backup with pnpm restore.`,
    { cause },
  );
}

/** What a full integrity check says of a file that no program writes: "ok", or what is wrong. */
export function integrityOf(file: string): string {
  const db = new Database(file, { readonly: true, fileMustExist: true });
  try {
    return String(db.pragma("integrity_check", { simple: true }));
  } finally {
    db.close();
  }
}

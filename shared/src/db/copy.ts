import { closeSync, fsyncSync, openSync } from "node:fs";
import Database from "better-sqlite3";
import { Failure } from "../failure.ts";
import { levelOf, type SchemaLevel } from "./level.ts";

/**
 * Copies a database as of one moment into a new file, on disk when this returns, while other programs write to it:
 * one read transaction, so writers are not held up. SQLite's page-wise backup would start over at each of their commits.
 */
export function copySqlite(from: string, to: string): void {
  const source = new Database(from, { readonly: true, fileMustExist: true, timeout: 10_000 });
  try {
    source.prepare("VACUUM INTO ?").run(to);
  } finally {
    source.close();
  }
  syncFile(to);
}

/** Rows by table. Throws internal when SQLite finds the file damaged or a reference without its row. */
export function checkSqlite(file: string): Record<string, number> {
  return reading(file, (db) => {
    const found = db.pragma("integrity_check", { simple: true });
    if (found !== "ok") throw new Failure("internal", `${file} is damaged: ${String(found)}`);
    const orphans = db.pragma("foreign_key_check") as { table: string }[];
    if (orphans.length > 0) {
      throw new Failure(
        "internal",
        `${file} is damaged: ${orphans.length} rows of ${orphans[0]!.table} refer to nothing`,
      );
    }
    const tables = db
      .prepare<[], string>(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
      )
      .pluck()
      .all();
    const count = (table: string) => db.prepare(`SELECT count(*) FROM "${table}"`).pluck().get() as number;
    return Object.fromEntries(tables.map((table) => [table, count(table)]));
  });
}

/** One number, 0 where the table is not there yet or holds no such row. */
export function numberIn(file: string, table: string, sql: string): number {
  return reading(file, (db) => {
    if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = ?").get(table) === undefined) return 0;
    return Number(db.prepare(sql).pluck().get() ?? 0);
  });
}

/** Every table, index and trigger as its SQL says it, sorted. */
export const schemaIn = (file: string): string[] =>
  reading(file, (db) =>
    db.prepare<[], string>("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY sql").pluck().all(),
  );

export const schemaLevelIn = (file: string): SchemaLevel => reading(file, levelOf);

function reading<T>(file: string, read: (db: Database.Database) => T): T {
  const db = new Database(file, { readonly: true, fileMustExist: true });
  try {
    return read(db);
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    throw new Failure("internal", `${file} cannot be read: ${String(cause)}`, { cause });
  } finally {
    db.close();
  }
}

function syncFile(file: string): void {
  const handle = openSync(file, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

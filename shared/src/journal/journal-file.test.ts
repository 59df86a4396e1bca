import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { groupCrc, inTransaction, openJournalFile, replaceHandle } from "./journal-file.mjs";

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "journal-file-"));
  file = join(dir, "uplink.db");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const body = Buffer.from("body");
const insert = (open: ReturnType<typeof openJournalFile>, first: number) =>
  inTransaction(open.db, () => open.insert.run(first, 1, 0, groupCrc(first, 1, body), body));

test("a replaced handle has all that was committed, in the file itself and not in the log it no longer trusts", () => {
  const old = openJournalFile(file, true);
  insert(old, 1);
  insert(old, 2);
  expect(statSync(`${file}-wal`).size).toBeGreaterThan(0);
  const fresh = replaceHandle(old, file, true);
  expect(old.db.open).toBe(false);
  expect(statSync(`${file}-wal`).size).toBe(0);
  expect(fresh.newest.get()).toMatchObject({ first: 2 });
  insert(fresh, 3);
  expect(fresh.newest.get()).toMatchObject({ first: 3 });
  fresh.db.close();
});

test("a checkpoint that a reader keeps from ending is no replacement, and the next attempt succeeds", () => {
  const old = openJournalFile(file, true);
  insert(old, 1);
  const reader = new Database(file, { readonly: true });
  reader.exec("BEGIN");
  reader.prepare("SELECT * FROM groups").all();
  expect(() => replaceHandle(old, file, true, 50)).toThrow();
  reader.exec("COMMIT");
  const fresh = replaceHandle(old, file, true);
  expect(fresh.newest.get()).toMatchObject({ first: 1 });
  fresh.db.close();
  reader.close();
});

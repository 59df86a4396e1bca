import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { appendAll, journalRules, readAll } from "./journal.contract.ts";
import { openSqliteReader } from "./reader.ts";
import { openSqliteJournal } from "./sqlite.ts";

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "journal-"));
  file = join(dir, "uplink.db");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe("the SQLite journal keeps the contract", () => {
  test.each(journalRules)("$rule", ({ holds }) =>
    holds({
      openWriter: (options) => openSqliteJournal({ file, ...options }),
      openReader: () => openSqliteReader(file),
    }),
  );
});

const record = (text: string) => Buffer.from(text);

test("a second writer of the same file is refused by name", async () => {
  const writer = await openSqliteJournal({ file });
  await expect(openSqliteJournal({ file })).rejects.toMatchObject({ code: "conflict" });
  await writer.close();
  await (await openSqliteJournal({ file })).close();
});

test("a folder that cannot be written fails with a sentence", async () => {
  writeFileSync(file, "a file, not a folder");
  await expect(openSqliteJournal({ file: join(file, "uplink.db") })).rejects.toMatchObject({
    code: "invalid",
    message: `${file} cannot be written`,
  });
  await expect(openSqliteJournal({ file })).rejects.toMatchObject({ code: "unavailable" });
});

test("a recreated folder is read anew by an open reader", async () => {
  const writer = await openSqliteJournal({ file });
  await appendAll(writer, [record("old 1"), record("old 2")]);
  const reader = openSqliteReader(file);
  expect(reader.head()).toBe(2);
  await writer.close();
  const sub = `${dir}-gone`;
  renameSync(dir, sub);
  expect(reader.head()).toBe(0);
  expect(reader.read(0)).toEqual([]);
  const fresh = await openSqliteJournal({ file });
  await appendAll(fresh, [record("new 1")]);
  expect(readAll(reader).map((entry) => String(entry.bytes))).toEqual(["new 1"]);
  reader.close();
  await fresh.close();
  rmSync(sub, { recursive: true });
});

test("a failing commit reaches exactly its appends, and later ones are stored again", async () => {
  const writer = await openSqliteJournal({ file });
  await appendAll(writer, [record("1")]);
  // The disk as full as it can be made without one: the file may not grow, by a trigger in the file itself.
  const db = new Database(file);
  db.exec("CREATE TRIGGER full BEFORE INSERT ON groups BEGIN SELECT RAISE(ABORT, 'disk full'); END");
  await expect(appendAll(writer, [record("lost")])).rejects.toMatchObject({ code: "unavailable" });
  expect(writer.stats().failures).toBe(1);
  db.exec("DROP TRIGGER full");
  db.close();
  await appendAll(writer, [record("2")]);
  const reader = openSqliteReader(file);
  expect(readAll(reader).map((entry) => [entry.seq, String(entry.bytes)])).toEqual([
    [1, "1"],
    [2, "2"],
  ]);
  reader.close();
  await writer.close();
});

test("a journal whose reader is stuck slows down, then refuses in order, and takes up again when it is read", async () => {
  const writer = await openSqliteJournal({ file, limitBytes: 100_000, requiredReaders: ["reader"] });
  const big = Buffer.alloc(10_000, "x");
  const tookMs: number[] = [];
  for (let i = 0; i < 10; i++) {
    const from = performance.now();
    await appendAll(writer, [big]);
    tookMs.push(performance.now() - from);
  }
  // Above three quarters of the bound each commit waits longer.
  expect(tookMs[9]!).toBeGreaterThan(200);
  expect(Math.min(...tookMs.slice(0, 8))).toBeLessThan(100);
  const outcomes: string[] = [];
  await new Promise<void>((resolve) => {
    for (const name of ["a", "b"])
      writer.append(record(name), (error) => {
        outcomes.push(`${name}: ${error?.message}`);
        if (name === "b") resolve();
      });
  });
  const full = "the journal is full: 0 MB wait for a reader that is stuck";
  expect(outcomes).toEqual([`a: ${full}`, `b: ${full}`]);
  expect(writer.head()).toBe(10);

  writer.reportOffset("reader", 10);
  const appended = async () => {
    for (let attempt = 0; attempt < 50; attempt++) {
      const done = await appendAll(writer, [record("again")]).then(
        () => true,
        () => false,
      );
      if (done) return true;
    }
    return false;
  };
  expect(await appended()).toBe(true);
  expect(writer.stats().heldBytes).toBeLessThanOrEqual(60_000);
  const reader = openSqliteReader(file);
  expect(String(readAll(reader).at(-1)?.bytes)).toBe("again");
  expect(readAll(reader).at(-1)?.seq).toBe(11);
  reader.close();
  await writer.close();
});

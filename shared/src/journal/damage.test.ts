import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { appendAll, readAll } from "./journal.contract.ts";
import { openSqliteReader } from "./reader.ts";
import { openSqliteJournal } from "./sqlite.ts";

let dir: string;
let file: string;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "journal-damage-"));
  file = join(dir, "uplink.db");
  const writer = await openSqliteJournal({ file });
  for (const group of [1, 3, 5]) await appendAll(writer, [record(group), record(group + 1)]);
  await writer.close();
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const record = (seq: number) => Buffer.from(`record ${seq}`);

function change(sql: string) {
  const db = new Database(file);
  db.exec(sql);
  db.close();
}

function flipIn(first: number) {
  const db = new Database(file);
  const { body } = db
    .prepare<[number], { body: Buffer }>("SELECT body FROM groups WHERE first = ?")
    .get(first)!;
  body[6]! ^= 0x10;
  db.prepare("UPDATE groups SET body = ? WHERE first = ?").run(body, first);
  db.close();
}

/** Each record as its number, each gap as the range it tells. */
function read() {
  const reader = openSqliteReader(file);
  const all = readAll(reader).map(({ seq, bytes, gap }) => {
    if (gap) return `${gap.from}-${seq} lost`;
    expect(String(Buffer.from(bytes))).toBe(`record ${seq}`);
    return seq;
  });
  reader.close();
  return all;
}

test("a flipped bit costs its own group, which is kept aside and told; the rest is served", () => {
  flipIn(3);
  expect(read()).toEqual([1, 2, "3-4 lost", 5, 6]);
  const kept = JSON.parse(readFileSync(join(dir, "quarantine", "uplink.db.3-4.json"), "utf8"));
  expect(kept).toMatchObject({ journal: "uplink.db", from: 3, through: 4 });
  expect(kept.reason).toContain("group 3 is damaged");
  expect(Buffer.from(kept.groups[0].body, "base64").includes("record 4")).toBe(true);
  read();
  expect(readdirSync(join(dir, "quarantine"))).toEqual(["uplink.db.3-4.json"]);
});

test("damaged groups side by side are one gap", () => {
  flipIn(1);
  flipIn(3);
  expect(read()).toEqual(["1-4 lost", 5, 6]);
});

test("a damaged newest group is told up to the head, and what is appended later follows it", async () => {
  flipIn(5);
  expect(read()).toEqual([1, 2, 3, 4, "5-6 lost"]);
  const writer = await openSqliteJournal({ file });
  await appendAll(writer, [record(7)]);
  expect(read()).toEqual([1, 2, 3, 4, "5-6 lost", 7]);
  await writer.close();
});

test("a group that is gone is told", () => {
  change("DELETE FROM groups WHERE first = 3");
  expect(read()).toEqual([1, 2, "3-4 lost", 5, 6]);
});

test("a group whose number is wrong does not hide the one it stands before", () => {
  change("UPDATE groups SET first = 4 WHERE first = 5");
  expect(read()).toEqual([1, 2, 3, 4, "5-6 lost"]);
});

test("a wrong count is found by the checksum too", () => {
  change("UPDATE groups SET count = 200 WHERE first = 3");
  expect(read()).toEqual([1, 2, "3-4 lost", 5, 6]);
});

const inQuarantine = () => readdirSync(join(dir, "quarantine")).sort();

test("a file whose structure is damaged is kept aside at the start, and what is sound is in the new one", async () => {
  const writer = await openSqliteJournal({ file });
  for (let seq = 7; seq <= 400; seq++) await appendAll(writer, [Buffer.from(`record ${seq}`)]);
  writer.reportOffset("ingest", 2);
  await writer.close();
  // Somewhere in the middle, a page's first bytes: its kind and its number of cells.
  const bytes = readFileSync(file);
  const page = Math.floor(bytes.indexOf("record 200") / 4096) * 4096;
  bytes.fill(0xff, page, page + 8);
  writeFileSync(file, bytes);

  const again = await openSqliteJournal({ file });
  expect(again.head()).toBe(400);
  await appendAll(again, [record(401)]);
  await again.close();
  const all = read();
  expect(all.slice(0, 6)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(all.at(-1)).toBe(401);
  const gaps = all.filter((item) => typeof item === "string");
  expect(gaps).toHaveLength(1);
  expect(all.length).toBeGreaterThan(200);
  expect(inQuarantine().length).toBeGreaterThanOrEqual(2);
});

test("a write-ahead log that was cut short is told, and its numbers are not given out again", async () => {
  const writer = await openSqliteJournal({ file });
  await appendAll(writer, [record(7)]);
  await appendAll(writer, [record(8)]);
  const log = readFileSync(`${file}-wal`);
  const db = readFileSync(file);
  await writer.close();
  // As kill -9 leaves the files, with one bit of the log's newest frames flipped.
  log[log.lastIndexOf("record 8")]! ^= 1;
  writeFileSync(file, db);
  writeFileSync(`${file}-wal`, log);

  const again = await openSqliteJournal({ file });
  expect(again.head()).toBe(8);
  await appendAll(again, [record(9)]);
  await again.close();
  expect(read()).toEqual([1, 2, 3, 4, 5, 6, 7, "8-8 lost", 9]);
  expect(inQuarantine()).toContain("uplink.db-wal.8-8");
});

test("a file that is no database any more is refused with what to do", async () => {
  const bytes = readFileSync(file);
  bytes[3]! ^= 1;
  writeFileSync(file, bytes);
  await expect(openSqliteJournal({ file })).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringMatching(/uplink\.db is damaged .*pnpm restore/),
  });
  expect(inQuarantine()).toEqual([]);
});

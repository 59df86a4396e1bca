import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
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

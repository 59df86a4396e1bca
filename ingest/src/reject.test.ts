import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openOwnDb } from "./own-db.ts";
import type { Refused } from "./receive.ts";
import { openRejectStore, type RejectBounds } from "./reject.ts";

let dir = "";
let db: ReturnType<typeof openOwnDb>;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "rejects-"));
  db = openOwnDb(join(dir, "ingest.db"));
});
afterEach(() => {
  db.close();
  rmSync(dir, { recursive: true, force: true });
});
const message = (
  device: string,
  payload = "{",
  refused: Refused["refused"] = [{ reason: "invalid-json", what: "" }],
): Refused => ({
  device,
  topic: "v1/devices/me/telemetry",
  receivedAt: 5,
  payload: Buffer.from(payload),
  refused,
});
const open = (bounds?: RejectBounds) => openRejectStore(db, bounds);

test("newest first, by device, page by page, with reason and payload", () => {
  const store = open();
  for (let seq = 1; seq <= 5; seq++) store.add(seq, message(seq % 2 ? "a" : "b", `{${seq}`));
  store.flush();
  const page = store.list({ limit: 2 });
  expect(page.map((m) => m.payload)).toEqual(["{5", "{4"]);
  expect(store.list({ limit: 2, before: page[1]!.id }).map((m) => m.payload)).toEqual(["{3", "{2"]);
  expect(store.list({ limit: 9, devices: ["b"] }).map((m) => m.payload)).toEqual(["{4", "{2"]);
  expect(store.list({ limit: 9, devices: [] })).toEqual([]);
  expect(page[0]).toMatchObject({ deviceId: "a", reason: "invalid-json", receivedAt: 5, payloadBytes: 2 });
});

test("a message met again after a restart is kept once", () => {
  open().add(7, message("a"));
  const store = open();
  for (let i = 0; i < 3; i++) {
    store.add(7, message("a"));
    store.flush();
  }
  expect(store.list({ limit: 9 })).toHaveLength(1);
});

test("bounded by count and by bytes: oldest out, counted, and not brought back by a replay", () => {
  const store = open({ rows: 3, bytes: 1_000 });
  for (let seq = 1; seq <= 5; seq++) store.add(seq, message("a", `{${seq}`));
  store.flush();
  expect(store.list({ limit: 9 }).map((m) => m.payload)).toEqual(["{5", "{4", "{3"]);
  expect(store.dropped()).toBe(2);
  const again = open({ rows: 3, bytes: 1_000 });
  again.add(1, message("a", "{1"));
  again.flush();
  expect(again.list({ limit: 9 }).map((m) => m.payload)).toEqual(["{5", "{4", "{3"]);
  const small = open({ rows: 3, bytes: 5 });
  small.add(6, message("a", "{6"));
  small.flush();
  expect(small.list({ limit: 9 }).map((m) => m.payload)).toEqual(["{6", "{5"]);
});

test("keeps 4 KiB of a payload and tells its size; bytes that are not text do no harm", () => {
  const store = open();
  store.add(1, message("a", "x".repeat(10_000)));
  store.add(2, { ...message("a"), payload: Uint8Array.of(0xff, 0xfe, 0x00) });
  store.flush();
  const [bytes, long] = store.list({ limit: 9 });
  expect(long).toMatchObject({ payloadBytes: 10_000, payload: "x".repeat(4096) });
  expect(bytes!.payload).toContain("\ufffd");
});

test("names the values that were refused, each reason on a line", () => {
  const store = open();
  const refused = ["a", "b", "c", "d", "e"].map((what) => ({ reason: "value-not-a-number" as const, what }));
  store.add(1, message("a", "{}", [...refused, { reason: "bad-tag", what: "x y" }]));
  store.flush();
  expect(store.list({ limit: 9 }).map((m) => m.reason)).toEqual([
    "bad-tag: x y",
    "value-not-a-number: a, b, c and 2 more",
  ]);
});

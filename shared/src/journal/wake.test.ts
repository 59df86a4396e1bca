import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { announce, findDoor } from "../run-dir.ts";
import { appendAll, until } from "./journal.contract.ts";
import type { JournalWriter } from "./journal.ts";
import { openSqliteJournal } from "./sqlite.ts";
import { connectWake, serveWake } from "./wake.ts";

const log = pino({ level: "silent" });
let dataDir: string;
let journal: JournalWriter;
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "wake-"));
  journal = await openSqliteJournal({ file: join(dataDir, "uplink.db"), maxBytes: 0 });
});
afterEach(async () => {
  await journal.close();
  rmSync(dataDir, { recursive: true });
});

const serve = () => serveWake({ dataDir, door: "wake-uplink", journal, log });

test("new heads reach the reader, its offsets reach the journal", async () => {
  const server = await serve();
  const heads: number[] = [];
  const wake = connectWake({
    dataDir,
    door: "wake-uplink",
    reader: "ingest",
    onHead: (head) => heads.push(head),
    log,
  });
  await until(() => heads.length === 1, "the head at the start");
  expect(heads).toEqual([0]);
  await appendAll(journal, [Buffer.from("a")]);
  await appendAll(journal, [Buffer.from("b")]);
  await until(() => heads.at(-1) === 2, "head 2");
  wake.report(1);
  await until(() => journal.stats().trimmedThrough === 1, "the offset frees record 1");
  wake.close();
  await server.close();
});

test("it comes back by itself after the owner's restart, on another port, and tells its offset again", async () => {
  // A stale door file of an earlier run: nobody listens there.
  announce(dataDir, "wake-uplink", 1);
  const states: string[] = [];
  let newest = -1;
  const wake = connectWake({
    dataDir,
    door: "wake-uplink",
    reader: "ingest",
    onHead: (head) => {
      newest = head;
    },
    onState: (state) => states.push(state),
    log,
  });
  const first = await serve();
  await until(() => newest === 0, "connected");
  await first.close();
  await until(() => states.length === 2, "the loss is noticed");
  wake.report(1);
  await appendAll(journal, [Buffer.from("a")]);
  await appendAll(journal, [Buffer.from("b")]);
  const second = await serve();
  await until(() => newest === 2, "the head is told on reconnect");
  await until(() => journal.stats().trimmedThrough === 1, "the offset is told on reconnect");
  expect(states).toEqual(["back", "lost", "back"]);
  wake.close();
  await second.close();
});

test("who does not know the secret, or floods, is cut off and changes nothing", async () => {
  const server = await serve();
  const cut = (sent: string) =>
    new Promise<string>((resolve) => {
      const socket = connect(findDoor(dataDir, "wake-uplink")!, "127.0.0.1", () => socket.write(sent));
      let got = "";
      socket.on("data", (data) => {
        got += String(data);
      });
      socket.on("error", () => undefined);
      socket.on("close", () => resolve(got));
    });
  await appendAll(journal, [Buffer.from("a")]);
  await appendAll(journal, [Buffer.from("b")]);
  expect(await cut("wrong ingest\n1\n")).toBe("");
  expect(await cut("x".repeat(10_000))).toBe("");
  expect(journal.stats().trimmedThrough).toBe(0);
  await server.close();
});

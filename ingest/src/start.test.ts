import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PortalDb } from "@millwright/shared/db/open";
import { decodeFinding } from "@millwright/shared/domain/finding";
import type { JournalWriter } from "@millwright/shared/journal/journal";
import { openSqliteReader } from "@millwright/shared/journal/reader";
import { openSqliteJournal } from "@millwright/shared/journal/sqlite";
import { serveWake } from "@millwright/shared/journal/wake";
import { createLog } from "@millwright/shared/log";
import { findDoor, loopbackSecret } from "@millwright/shared/run-dir";
import type { IngestStatus, LiveBatch } from "@millwright/shared/telemetry/read-api";
import { remoteTelemetry } from "@millwright/shared/telemetry/remote";
import { ATTRIBUTES } from "@millwright/shared/wire/topics";
import type { UplinkRecord } from "@millwright/shared/wire/uplink-record";
import { afterEach, beforeEach, expect, test } from "vitest";
import { filesIn } from "./config.ts";
import { model, tag, understand } from "./testing/plant.ts";
import { addDevice, seedPortal } from "./testing/portal-db.ts";
import { encode, memoryCatalog, telemetry } from "./testing/ports.ts";

/** The real program: its own process, SQLite journals, DuckDB, the loopback door. */
const MAIN = new URL("./main.ts", import.meta.url).pathname;
const PUMP = model([
  tag("p", { limits: { high: 50, highHigh: 80, onDelayMs: 20_000 } }),
  tag("q", { residual: false }),
]);
const IDS = ["d1", "d2", "d3"];

let dir = "";
let db: PortalDb;
let uplink: JournalWriter;
let wake: { close(): Promise<void> };
const running = new Set<ChildProcess>();

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "ingest-"));
  db = seedPortal(dir, PUMP);
  for (const id of IDS) addDevice(db, id);
  uplink = await openSqliteJournal({ file: filesIn(dir).uplink, requiredReaders: ["ingest"] });
  wake = await serveWake({
    dataDir: dir,
    door: "wake-uplink",
    journal: uplink,
    log: createLog("test", "silent"),
  });
});
afterEach(async () => {
  for (const child of running) child.kill("SIGKILL");
  await wake.close();
  await uplink.close();
  db.$client.close();
  rmSync(dir, { recursive: true, force: true });
});

function start(environment: Record<string, string> = {}): ChildProcess {
  const child = spawn(process.execPath, ["--import", "tsx", MAIN], {
    env: { ...process.env, LOG_LEVEL: "silent", DATA_DIR: dir, ...environment },
    stdio: ["ignore", "ignore", "pipe"],
  });
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

async function ask<T>(path: string, body?: unknown): Promise<T | null> {
  const port = findDoor(dir, "ingest");
  if (port === null) return null;
  const headers = { authorization: `Bearer ${loopbackSecret(dir)}` };
  const request = body === undefined ? { headers } : { headers, method: "POST", body: JSON.stringify(body) };
  const response = await fetch(`http://127.0.0.1:${port}${path}`, request).catch(() => null);
  return response?.ok ? ((await response.json()) as T) : null;
}
const storedThrough = async () => (await ask<IngestStatus>("/health"))?.storedThrough ?? -1;
const send = (records: readonly UplinkRecord[]) =>
  Promise.all(
    records.map(
      (r) =>
        new Promise<void>((resolve, reject) => uplink.append(encode(r), (e) => (e ? reject(e) : resolve()))),
    ),
  );

function life(from: number, count: number): UplinkRecord[] {
  const now = Date.now();
  return Array.from({ length: count }, (_, n) => {
    const i = from + n;
    const ts = now - 50_000_000 + i * 1000;
    const p = Math.floor(i / 200) % 2 === 1 ? 60 + (i % 30) : 20 + (i % 7);
    return telemetry(IDS[i % 3]!, now, { ts, values: { p, q: i % 11 } });
  });
}

test("kill -9 in the middle, again and again: every point once, the same findings, nothing left behind", async () => {
  const all: UplinkRecord[] = [];
  const feed = async (n: number) => {
    const records = life(all.length, n);
    all.push(...records);
    await send(records);
  };
  await feed(3_000);
  for (const waitMs of [30, 300]) {
    const child = start();
    await expect.poll(storedThrough, { timeout: 15_000, interval: 5 }).toBeGreaterThan(0);
    await feed(3_000);
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  const last = start();
  await feed(1_000);
  await expect.poll(storedThrough, { timeout: 15_000 }).toBe(all.length);
  const status = await ask<IngestStatus>("/health");
  expect(status).toMatchObject({
    ready: true,
    stats: { engine: "duckdb", points: 2 * all.length, series: 6 },
  });
  last.kill("SIGTERM");
  expect(await once(last, "exit")).toEqual([0, null]);

  const expected = understand(memoryCatalog(IDS.map((id) => ({ id, model: PUMP }))));
  for (const record of all) expected.handle(record);
  const reader = openSqliteReader(filesIn(dir).findings);
  const found = reader.read(0).map((entry) => decodeFinding(entry.bytes).id);
  reader.close();
  expect(expected.findings.length).toBeGreaterThan(20);
  expect([...new Set(found)].sort()).toEqual(expected.findings.map((f) => f.id).sort());
}, 60_000);

test("the portal's reader is answered: latest, status, range, rejected, live; nobody without the secret", async () => {
  start();
  await expect.poll(() => findDoor(dir, "ingest"), { timeout: 15_000 }).not.toBeNull();
  const remote = remoteTelemetry({ dataDir: dir });
  const batches: LiveBatch[] = [];
  const end = new AbortController();
  const live = remote.live(end.signal, (batch) => batches.push(batch));
  await expect.poll(storedThrough, { timeout: 15_000 }).toBe(0);
  const now = Date.now();
  await send([
    { kind: "presence", receivedAt: now, deviceId: "d1", event: "connected" },
    telemetry("d1", now, { p: 1 }),
    telemetry("d1", now, { p: 200, other: 3, no: "x" }),
  ]);
  await expect
    .poll(() => batches.flatMap((b) => b.values).length, { timeout: 5_000 })
    .toBeGreaterThanOrEqual(2);
  expect(batches.flatMap((b) => b.presence)).toContainEqual({ device: "d1", connected: true });
  await expect.poll(storedThrough).toBe(3);
  const latest = await remote.latest(["d1", "d2"]);
  expect(latest.sort((a, b) => a.tag.localeCompare(b.tag))).toEqual([
    {
      device: "d1",
      tag: "other",
      time: now + 1,
      value: 3,
      quality: "uncertain",
      note: "unlisted",
      listed: false,
    },
    { device: "d1", tag: "p", time: now + 1, value: 200, quality: "bad", note: "above-span", listed: true },
  ]);
  expect(await remote.status(["d1"])).toMatchObject([
    { connected: true, messages: 2, samples: 3, rejected: 1, spikes: 1, connectsLastHour: 1 },
  ]);
  const told = telemetry("d1", now, { firmware: "4.2.1", serial: 77 });
  await send([{ ...told, topic: ATTRIBUTES } as UplinkRecord]);
  await expect
    .poll(() => remote.attributes?.(["d1", "d2", "nobody"]))
    .toEqual([{ device: "d1", attributes: { firmware: "4.2.1", serial: 77 } }]);
  expect(await remote.range({ devices: ["d1"], from: now - 10, to: now + 10, buckets: 1 })).toMatchObject([
    { tag: "other" },
    { tag: "p", points: [{ count: 1, max: 1 }] },
  ]);
  await expect
    .poll(() => remote.rejected({ limit: 10 }))
    .toMatchObject([{ deviceId: "d1", reason: "value-not-a-number: no" }]);
  end.abort();
  await live;
  const port = findDoor(dir, "ingest");
  expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(401);
  expect(
    (await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { authorization: "Bearer x" } })).status,
  ).toBe(401);
}, 40_000);

test("a wrong variable or folder ends it with one sentence and code 1", async () => {
  for (const [environment, words] of [
    [{ LOG_LEVEL: "loud" }, "LOG_LEVEL"],
    [{ OFFLINE_AFTER_S: "5" }, "OFFLINE_AFTER_S"],
    [{ DATA_DIR: `${MAIN}/data` }, "DATA_DIR"],
    [{ INFLUX_URL: "not an address" }, "INFLUX_URL"],
  ] as const) {
    const child = start(environment);
    let said = "";
    child.stderr!.on("data", (chunk) => {
      said += String(chunk);
    });
    expect(await once(child, "exit")).toEqual([1, null]);
    expect(
      said
        .trim()
        .split("\n")
        .filter((line) => line.startsWith("ingest:")),
    ).toEqual([expect.stringContaining(words)]);
  }
}, 40_000);

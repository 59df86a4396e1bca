import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPortalDb, type PortalDb } from "@millwright/shared/db/open";
import { announce } from "@millwright/shared/run-dir";
import type { IngestStatus } from "@millwright/shared/telemetry/read-api";
import { afterEach, beforeEach, expect, test } from "vitest";
import { watchReadiness } from "./ready.ts";

let dir: string;
let db: PortalDb;
let broker: Server;
let brokerHealth: { status: number; body: object };
let now = 1_000_000;
let ingest: IngestStatus | Error;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "ready-"));
  db = openPortalDb(join(dir, "portal.db"));
  brokerHealth = { status: 200, body: {} };
  broker = createServer((_, response) => {
    response.writeHead(brokerHealth.status).end(JSON.stringify(brokerHealth.body));
  });
  await new Promise<void>((resolve) => broker.listen(0, "127.0.0.1", resolve));
  announce(dir, "broker", (broker.address() as AddressInfo).port);
  const stats = { engine: "duckdb" as const, points: 0, series: 0, bytes: null };
  ingest = { ready: true, journal: null, store: null, uplinkHead: 9, storedThrough: 9, stats };
});
afterEach(() => {
  broker.close();
  db.$client.close();
  rmSync(dir, { recursive: true });
});

function watch() {
  return watchReadiness({
    db,
    telemetry: {
      health: async () => {
        if (ingest instanceof Error) throw ingest;
        return ingest;
      },
    },
    findings: { trouble: () => null, offset: () => 3 },
    dataDir: dir,
    clock: () => now,
  });
}

test("a store that is down: since when, how much waits, and no more once it is back", async () => {
  const readiness = watch();
  expect(await readiness.now()).toMatchObject({ ready: true, waiting: 0 });
  expect(readiness.outage()).toBeNull();
  const fine = ingest as IngestStatus;
  ingest = {
    ...fine,
    ready: false,
    store: "store does not answer",
    storeSince: now - 60_000,
    uplinkHead: 50,
  };
  expect(await readiness.now()).toMatchObject({
    ready: false,
    waiting: 41,
    store: { ready: false, reason: "store does not answer", since: now - 60_000 },
  });
  expect(readiness.outage()).toEqual({ part: "store", since: now - 60_000, waiting: 41 });
  ingest = fine;
  await readiness.now();
  expect(readiness.outage()).toBeNull();
  readiness.stop();
});

test("ingest away: since the portal first noticed, and not for a mere restart", async () => {
  const readiness = watch();
  ingest = new Error("telemetry is not available");
  const noticed = now;
  await readiness.now();
  expect(readiness.outage()).toBeNull();
  now += 10_000;
  expect((await readiness.now()).store).toMatchObject({ ready: false, since: noticed });
  expect(readiness.outage()).toEqual({ part: "store", since: noticed, waiting: null });
  readiness.stop();
});

test("a broker that cannot write, or is not there, is not ready", async () => {
  const readiness = watch();
  brokerHealth = { status: 503, body: { journal: "cannot be written" } };
  expect(await readiness.now()).toMatchObject({
    ready: false,
    journal: { reason: "uplink journal cannot be written: devices are refused" },
    store: { ready: true },
  });
  await new Promise((resolve) => {
    broker.close(resolve);
    broker.closeAllConnections();
  });
  expect(await readiness.now()).toMatchObject({
    ready: false,
    journal: { reason: "the broker does not answer" },
  });
  readiness.stop();
});

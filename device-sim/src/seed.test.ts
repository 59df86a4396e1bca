import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { modelSchema } from "@millwright/shared/domain/model";
import { afterAll, beforeAll, expect, test } from "vitest";
import { demo } from "../scenarios/demo.ts";
import { seedDemo } from "./seed.ts";
import { startTestBroker } from "./testing/broker.ts";
import { createFakePortal } from "./testing/portal.ts";

const dir = mkdtempSync(join(tmpdir(), "millwright-seed-"));
let broker: Awaited<ReturnType<typeof startTestBroker>>;
beforeAll(async () => {
  broker = await startTestBroker();
});
afterAll(async () => {
  await broker.stop();
  rmSync(dir, { recursive: true });
});

const HOUR = 3_600_000;
const T0 = Date.UTC(2026, 10, 20, 12);
// Twenty hours end in no ticket that anybody could work on.
const scenario = { ...demo, historyMs: 20 * HOUR, deeds: [] };
const seed = (name: string, portal: ReturnType<typeof createFakePortal>, more = {}) =>
  seedDemo({
    api: "http://portal.test/",
    key: "key-1",
    mqtt: `127.0.0.1:${broker.port}`,
    stateFile: join(dir, name),
    scenario,
    stepMs: 300_000,
    t0: T0,
    fetch: portal.fetch,
    ...more,
  });

type Rows = { ts: number; values: Record<string, number> }[];

test("the plant is created on the right accounts, its history arrives whole, then the state is complete", async () => {
  const portal = createFakePortal();
  const lines: string[] = [];
  const state = await seed("plant.json", portal, { say: (line: string) => lines.push(line) });

  const posted = (path: string) => portal.calls.filter((call) => call.path === path).map((call) => call.body);
  expect(posted("/customers")).toHaveLength(3);
  expect(posted("/sites")).toHaveLength(6);
  expect(posted("/assets")).toHaveLength(24);
  for (const model of posted("/models")) expect(modelSchema.safeParse(model).success).toBe(true);
  expect(posted("/devices").filter((d) => d.kind === "gateway")).toEqual([
    { kind: "gateway", name: "GW-S4", siteId: expect.any(String) },
  ]);
  expect(posted("/devices").filter((d) => d.gatewayId === state.ids["device:GW-S4"])).toHaveLength(3);
  const sold = posted("/assets").find((a) => a.serialNumber === "SC160-20-0206")!;
  expect(sold.customerId).toBe(state.ids["customer:C2"]);
  const transfer = portal.calls.find((call) => call.path.endsWith("/transfers"))!.body;
  expect(transfer.customerId).toBe(state.ids["customer:C3"]);
  // Local midnight in Lisbon, which is UTC in November.
  expect(transfer.from).toBe(Date.UTC(2026, 10, 8));
  const owners = posted("/users").filter((user) => user.role === "owner");
  expect(owners.map((user) => user.customerId)).toEqual(
    ["C1", "C2", "C3"].map((key) => state.ids[`customer:${key}`]),
  );
  expect(new Set(posted("/users").map((user) => user.password)).size).toBe(5);

  // Every machine, every reading, once, in order; children through their gateway.
  const rowsBySerial = new Map<string, Rows>();
  const serialByToken = new Map(Object.entries(state.tokens).map(([serial, token]) => [token, serial]));
  for (const { token, topic, payload } of broker.received) {
    expect(payload.length).toBeLessThan(200_000);
    const body = JSON.parse(payload) as Rows | Record<string, Rows>;
    const parts =
      topic === "v1/gateway/telemetry"
        ? Object.entries(body as Record<string, Rows>)
        : [[serialByToken.get(token)!, body as Rows] as const];
    for (const [serial, rows] of parts)
      rowsBySerial.set(serial, [...(rowsBySerial.get(serial) ?? []), ...rows]);
  }
  expect(rowsBySerial.size).toBe(24);
  for (const [serial, rows] of rowsBySerial) {
    const skew = serial === "CP75-20-0110" ? 7 * 60_000 : 0;
    expect(rows.map((row) => row.ts - skew)).toEqual(
      Array.from({ length: 240 }, (_, i) => T0 - 20 * HOUR + i * 300_000),
    );
  }
  expect(lines.some((line) => line.startsWith("history: 1 days"))).toBe(true);
  expect(state.complete).toBe(true);
  expect(statSync(join(dir, "plant.json")).mode & 0o777).toBe(0o600);

  const calls = portal.calls.length;
  await seed("plant.json", portal);
  expect(portal.calls.length).toBe(calls);
});

test("an interrupted seed goes on where it stopped and creates nothing twice", async () => {
  const failing = createFakePortal({ failAt: 20 });
  await expect(seed("half.json", failing)).rejects.toThrow("The database is busy");
  expect(JSON.parse(readFileSync(join(dir, "half.json"), "utf8"))).toMatchObject({ complete: false, t0: T0 });
  const whole = createFakePortal();
  const state = await seed("half.json", whole, { t0: T0 + HOUR });
  expect(state.t0).toBe(T0);
  const created = [...failing.calls, ...whole.calls]
    .filter((call) => call.path !== "/users")
    .map((call) => JSON.stringify([call.path, call.body.name]));
  expect(new Set(created).size).toBe(created.length);
  expect(created.filter((call) => call.startsWith('["/assets"'))).toHaveLength(24);
});

test("a wrong key and a wrong state file are told in one sentence", async () => {
  await expect(seed("k.json", createFakePortal(), { key: "other" })).rejects.toThrow("The key is not known");
  const file = join(dir, "other.json");
  writeFileSync(file, "{}");
  await expect(seed("other.json", createFakePortal())).rejects.toThrow("not the state of a simulated plant");
});

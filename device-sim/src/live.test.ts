import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { demo } from "../scenarios/demo.ts";
import { runLive } from "./live.ts";
import type { LinkFaults } from "./scenario.ts";
import { newState, saveState } from "./state.ts";
import { type Received, startTestBroker, until } from "./testing/broker.ts";

const MINUTE = 60_000;
let dir: string;
let broker: Awaited<ReturnType<typeof startTestBroker>>;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "millwright-live-"));
  broker = await startTestBroker();
});
afterEach(async () => {
  await broker.stop();
  rmSync(dir, { recursive: true });
});

/** A small plant whose T0 was `agoMs` ago, played `speed` times faster until it has caught up. */
async function plant(serials: string[], agoMs: number, speed: number, link?: LinkFaults) {
  const stateFile = join(dir, "state.json");
  const state = newState("live", Date.now() - agoMs);
  for (const name of [...serials, "GW-S4"]) state.tokens[name] = name;
  saveState(stateFile, { ...state, complete: true });
  const scenario = {
    ...demo,
    assets: demo.assets
      .filter((asset) => serials.includes(asset.serial))
      .map((asset) => (link ? { ...asset, link } : asset)),
  };
  const gateways = scenario.assets.some((asset) => asset.gateway) ? demo.gateways : [];
  const fleet = await runLive({
    stateFile,
    mqtt: `127.0.0.1:${broker.port}`,
    scenario: { ...scenario, gateways },
    speed,
    fromMs: state.t0,
  });
  return { fleet, t0: state.t0 };
}

type Row = { ts: number; values: Record<string, number> };
const telemetry = (token: string): Received[] =>
  broker.received.filter((m) => m.token === token && m.topic.endsWith("telemetry"));
const rowsOf = (token: string): Row[] => telemetry(token).flatMap((m) => JSON.parse(m.payload) as Row[]);

test("tags are sent at their own intervals, codes on change, from T0 on without a hole", async () => {
  const { fleet, t0 } = await plant(["CP75-22-0112"], 20 * MINUTE, 10_000);
  await until("twenty minutes", () => (rowsOf("CP75-22-0112").at(-1)?.ts ?? 0) > t0 + 19 * MINUTE);
  await fleet.stop();
  const rows = rowsOf("CP75-22-0112");
  for (let i = 1; i < rows.length; i++) expect(rows[i]!.ts - rows[i - 1]!.ts).toBe(10_000);
  expect(rows[0]!.ts - t0).toBeLessThan(10_000);
  const count = (tag: string) => rows.filter((row) => tag in row.values).length;
  expect(count("speed")).toBe(rows.length);
  expect(count("t_brg_de")).toBeGreaterThanOrEqual(rows.length / 3 - 1);
  expect(count("t_brg_de")).toBeLessThanOrEqual(rows.length / 3 + 1);
  expect(count("acc_pde")).toBeLessThanOrEqual(rows.length / 6 + 1);
  expect(count("trip_code")).toBeLessThanOrEqual(5);
  expect(fleet.stats().waiting).toBe(0);
  // A live machine is warm: it has been running before T0.
  expect(rows.find((row) => "t_winding" in row.values)!.values.t_winding).toBeGreaterThan(45);
});

test("D18: three minutes of silence, then all of it, then the same message again and again", async () => {
  const { fleet, t0 } = await plant(["SC160-20-0207"], 22 * MINUTE, 1200);
  await until("caught up", () => (rowsOf("SC160-20-0207").at(-1)?.ts ?? 0) > t0 + 21 * MINUTE);
  await fleet.stop();
  const messages = telemetry("SC160-20-0207").map((m) => JSON.parse(m.payload) as Row[]);
  const backlog = messages.find((rows) => rows.length > 10)!;
  expect((backlog[0]!.ts - t0) / MINUTE).toBeGreaterThanOrEqual(12);
  expect((backlog.at(-1)!.ts - t0) / MINUTE).toBeLessThanOrEqual(15.2);
  const stamps = messages.flat().map((row) => row.ts);
  const repeated = stamps
    .filter((ts) => stamps.indexOf(ts) !== stamps.lastIndexOf(ts))
    .map((ts) => (ts - t0) / MINUTE);
  // The backlog itself is repeated too: it goes out when the window of duplicates has begun.
  expect(Math.min(...repeated)).toBeGreaterThanOrEqual(12);
  expect(Math.max(...repeated)).toBeLessThanOrEqual(20.2);
  expect(stamps.some((ts, i) => i > 0 && ts < stamps[i - 1]!)).toBe(true);
  // Nothing is missing for all that.
  expect(new Set(stamps).size).toBe(Math.round((Math.max(...stamps) - Math.min(...stamps)) / 10_000) + 1);
  expect(fleet.stats().connected).toBe(0);
});

test("D11: the gateway goes down with a will, its children are silent, then complete", async () => {
  const children = ["SC160-23-0204", "SC160-23-0205", "CP75-23-0109"];
  const { fleet, t0 } = await plant(children, 30 * MINUTE, 1800);
  const rows = () =>
    telemetry("GW-S4").flatMap((m) => Object.entries(JSON.parse(m.payload) as Record<string, Row[]>));
  await until("caught up", () => rows().some(([, list]) => list.some((row) => row.ts > t0 + 29 * MINUTE)));
  await fleet.stop();
  expect(
    broker.received.filter((m) => m.topic === "v1/gateway/connect").map((m) => JSON.parse(m.payload).device),
  ).toEqual([...children, ...children]);
  expect(broker.received.some((m) => m.payload === '{"connected":false}')).toBe(true);
  for (const child of children) {
    const stamps = rows()
      .filter(([name]) => name === child)
      .flatMap(([, list]) => list.map((row) => row.ts));
    // What was in flight when the network broke may come twice: QoS 1. Nothing may be missing.
    const distinct = [...new Set(stamps)].sort((x, y) => x - y);
    expect(distinct.length).toBe(Math.round((distinct.at(-1)! - distinct[0]!) / 10_000) + 1);
    expect(stamps.length - distinct.length).toBeLessThan(20);
  }
});

test("D15: the live sensor freezes at T0+3 min while its machine goes on", async () => {
  const { fleet, t0 } = await plant(["SC160-20-0206"], 20 * MINUTE, 10_000);
  await until("caught up", () => (rowsOf("SC160-20-0206").at(-1)?.ts ?? 0) > t0 + 19 * MINUTE);
  await fleet.stop();
  const late = rowsOf("SC160-20-0206").filter((row) => row.ts > t0 + 4.2 * MINUTE);
  const distinct = (tag: string) =>
    new Set(late.filter((row) => tag in row.values).map((row) => row.values[tag])).size;
  expect(distinct("dp_inlet")).toBe(1);
  expect(distinct("power")).toBeGreaterThan(20);
});

test("X9: a brown-out loop connects again and again, each time after a will, and loses nothing", async () => {
  const brownOut = { fromMs: MINUTE, untilMs: 5 * MINUTE };
  const { fleet, t0 } = await plant(["CP75-22-0112"], 8 * MINUTE, 100, { brownOut });
  await until("caught up", () => (rowsOf("CP75-22-0112").at(-1)?.ts ?? 0) > t0 + 7.5 * MINUTE);
  await fleet.stop();
  expect(broker.connects()).toBeGreaterThan(3);
  expect(broker.received.some((m) => m.payload === '{"connected":false}')).toBe(true);
  const stamps = new Set(rowsOf("CP75-22-0112").map((row) => row.ts));
  expect(stamps.size).toBe(Math.round((Math.max(...stamps) - Math.min(...stamps)) / 10_000) + 1);
});

test("a restart goes on where the fleet stopped, without a hole and without repeating", async () => {
  const first = await plant(["CP75-22-0112"], 10 * MINUTE, 5000);
  await until("some", () => rowsOf("CP75-22-0112").length > 20);
  await first.fleet.stop();
  const stateFile = join(dir, "state.json");
  const second = await runLive({
    stateFile,
    mqtt: `127.0.0.1:${broker.port}`,
    scenario: {
      ...demo,
      gateways: [],
      assets: demo.assets.filter((asset) => asset.serial === "CP75-22-0112"),
    },
  });
  await until("caught up", () => (rowsOf("CP75-22-0112").at(-1)?.ts ?? 0) > Date.now() - 11_000, 3000);
  await second.stop();
  const stamps = rowsOf("CP75-22-0112").map((row) => row.ts);
  for (let i = 1; i < stamps.length; i++) expect(stamps[i]! - stamps[i - 1]!).toBe(10_000);
});

test("without a seed, live says what to do", async () => {
  await expect(runLive({ stateFile: join(dir, "none.json"), mqtt: "127.0.0.1:1" })).rejects.toThrow(
    "run seed first",
  );
});

import type { UplinkRecord } from "@millwright/shared/wire/uplink-record";
import { expect, test } from "vitest";
import { model, tag, understand } from "./testing/plant.ts";
import { memoryCatalog, telemetry } from "./testing/ports.ts";

const T0 = 1_790_000_000_000;
const S = 1_000;
const MIN = 60 * S;
const PUMP = model([tag("p", { resolution: 0.1 })]);
const fleet = () =>
  understand(
    memoryCatalog([
      { id: "gw", kind: "gateway", name: "GW-1" },
      { id: "a", name: "Pump A", gatewayId: "gw", model: PUMP },
      { id: "b", name: "Pump B", gatewayId: "gw", model: PUMP },
      { id: "other", model: PUMP },
    ]),
  );
const from = (at: number, body: object): UplinkRecord => telemetry("gw", at, body, "v1/gateway/telemetry");
const said = (one: ReturnType<typeof fleet>) =>
  one.findings.map((f) => `${f.kind} ${f.alarmType} ${f.deviceId} P${f.priority}`);
const both = (at: number) =>
  from(at, {
    "Pump A": [{ ts: at, values: { p: (at / S / 10) % 7 } }],
    "Pump B": [{ ts: at, values: { p: (at / S / 10) % 5 } }],
  });
const onlyA = (at: number) => from(at, { "Pump A": [{ ts: at, values: { p: (at / S / 10) % 7 } }] });
/** Somebody else speaks all the time, so that the platform is known to be watching. */
const alive = (at: number) => telemetry("other", at + 1, { ts: at, values: { p: (at / S / 10) % 7 } });
const stretch = (begin: number, end: number, ...make: ((at: number) => UplinkRecord)[]) => {
  const records: UplinkRecord[] = [];
  for (let at = begin; at < end; at += 10 * S) for (const one of make) records.push(one(at));
  return records;
};

test("X8 gateway down: one incident, on an asset behind it, and none for its children", () => {
  const one = fleet();
  for (const r of stretch(T0, T0 + 10 * MIN, both, alive)) one.handle(r);
  for (const r of stretch(T0 + 10 * MIN, T0 + 30 * MIN, alive)) one.handle(r);
  for (const r of stretch(T0 + 30 * MIN, T0 + 40 * MIN, both, alive)) one.handle(r);
  expect(said(one)).toEqual(["raised gateway:offline gw P2", "cleared gateway:offline gw P2"]);
  expect(one.findings[0]).toMatchObject({
    assetId: "asset-a",
    tag: null,
    at: T0 + 15 * MIN - 10 * S,
    summary: "Gateway GW-1 offline: 2 machines unknown",
  });
});

test("a gateway that leaves takes its children along; each is there again with its next reading", () => {
  const one = fleet();
  const there = () => ["gw", "a", "b", "other"].filter((id) => one.world.devices.get(id)?.kept.connected);
  const gateway = (at: number, event: "connected" | "will"): UplinkRecord => ({
    kind: "presence",
    receivedAt: at,
    deviceId: "gw",
    event,
  });
  one.handle({ ...gateway(T0, "connected"), deviceId: "other" });
  one.handle(gateway(T0, "connected"));
  one.handle(both(T0 + S));
  expect(there()).toEqual(["gw", "a", "b", "other"]);
  one.handle(gateway(T0 + 2 * S, "will"));
  expect(there()).toEqual(["other"]);
  one.handle(gateway(T0 + 3 * S, "connected"));
  one.handle(onlyA(T0 + 4 * S));
  expect(there()).toEqual(["gw", "a", "other"]);
});

test("a child that falls silent behind a living gateway is offline itself", () => {
  const one = fleet();
  for (const r of stretch(T0, T0 + 10 * MIN, both)) one.handle(r);
  for (const r of stretch(T0 + 10 * MIN, T0 + 30 * MIN, onlyA)) one.handle(r);
  for (const r of stretch(T0 + 30 * MIN, T0 + 31 * MIN, both)) one.handle(r);
  expect(said(one)).toEqual(["raised device:offline b P3", "cleared device:offline b P3"]);
});

test("a child already offline joins its gateway's incident, and is told of again if it stays silent afterwards", () => {
  const one = fleet();
  for (const r of stretch(T0, T0 + 10 * MIN, both, alive)) one.handle(r);
  for (const r of stretch(T0 + 10 * MIN, T0 + 20 * MIN, onlyA, alive)) one.handle(r);
  for (const r of stretch(T0 + 20 * MIN, T0 + 40 * MIN, alive)) one.handle(r);
  for (const r of stretch(T0 + 40 * MIN, T0 + 50 * MIN, onlyA, alive)) one.handle(r);
  expect(said(one)).toEqual([
    "raised device:offline b P3",
    "cleared device:offline b P3",
    "raised gateway:offline gw P2",
    "cleared gateway:offline gw P2",
    "raised device:offline b P3",
  ]);
  expect(new Set(one.findings.map((f) => f.alarmId)).size).toBe(3);
});

test("children are told apart by the gateway's names; an unknown one is refused, the others are kept", () => {
  const one = fleet();
  one.handle(
    from(T0, { "Pump A": [{ ts: T0, values: { p: 1 } }], "Pump X": [{ ts: T0, values: { p: 2 } }] }),
  );
  expect(one.samples).toMatchObject([{ device: "a", tag: "p", value: 1 }]);
  expect(one.rejected).toMatchObject([
    { device: "gw", refused: [{ reason: "unknown-child", what: "Pump X" }] },
  ]);
  one.handle(telemetry("other", T0, { "Pump A": [{ ts: T0, values: { p: 9 } }] }, "v1/gateway/telemetry"));
  expect(one.samples).toHaveLength(1);
});

test("a child's connect and disconnect reported by its gateway change its presence", () => {
  const one = fleet();
  one.handle(telemetry("gw", T0, { device: "Pump A" }, "v1/gateway/connect"));
  expect(one.world.devices.get("a")!.kept.connected).toBe(true);
  one.handle(telemetry("gw", T0 + S, { device: "Pump A" }, "v1/gateway/disconnect"));
  expect(one.world.devices.get("a")!.kept.connected).toBe(false);
});

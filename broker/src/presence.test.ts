import { join } from "node:path";
import { TELEMETRY } from "@millwright/shared/wire/topics";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openState } from "./state.ts";
import { testBed, until } from "./testing/test-bed.ts";

let bed: ReturnType<typeof testBed>;
beforeEach(() => {
  bed = testBed();
});
afterEach(() => bed.end());

test("a device is connected from its first connection to its last, in order with its messages", async () => {
  const device = bed.addDevice("d1");
  await bed.start();
  const first = await bed.connect({ username: device.token, clientId: "one" });
  const second = await bed.connect({ username: device.token, clientId: "two" });
  await first.publishAsync(TELEMETRY, "{}", { qos: 1 });
  await first.endAsync();
  await second.publishAsync(TELEMETRY, "{}", { qos: 1 });
  await second.endAsync();
  await until(() => bed.records().length === 4, "all is kept");
  expect(bed.records().map((record) => (record.kind === "presence" ? record.event : "message"))).toEqual([
    "connected",
    "message",
    "message",
    "disconnected",
  ]);
});

test("a client that takes over its own session was never away", async () => {
  const device = bed.addDevice("d1");
  await bed.start();
  await bed.connect({ username: device.token, clientId: "same" });
  const second = await bed.connect({ username: device.token, clientId: "same" });
  await second.publishAsync(TELEMETRY, "{}", { qos: 1 });
  expect(bed.presence()).toEqual(["d1 connected"]);
});

test("who was connected when the last run died is said to be gone by the next one", async () => {
  const state = openState(join(bed.dataDir, "broker.db"));
  state.markConnected("d1");
  state.markConnected("d2");
  state.close();
  await bed.start();
  await until(() => bed.presence().length === 2, "both are said to be gone");
  expect(bed.presence()).toEqual(["d1 disconnected", "d2 disconnected"]);
  await bed.stop();
  await bed.start();
  await bed.stop();
  expect(bed.presence()).toHaveLength(2);
});

test("a refused client leaves no trace", async () => {
  bed.addDevice("d1");
  await bed.start();
  await expect(bed.connect({ username: "wrong" })).rejects.toMatchObject({ code: 5 });
  expect(bed.records()).toEqual([]);
});

import { SampleBatch } from "@millwright/shared/telemetry/store";
import { decodeUplink } from "@millwright/shared/wire/uplink-record";
import { expect, test } from "vitest";
import { createReceiver } from "./receive.ts";
import { startWorld } from "./state.ts";
import { model, tag } from "./testing/plant.ts";
import { encode, memoryCatalog, telemetry } from "./testing/ports.ts";

/**
 * CPU per message of 4 values through decode, grade and every detector, on one core, without journal and store.
 * On a quiet machine 400,000 of them take 8 us each; the bound only catches a cost of another order.
 */
const DEVICES = 500;
const MESSAGES = 60_000;
const T0 = 1_790_000_000_000;

const limits = { lowLow: 1, low: 2, high: 80, highHigh: 90, onDelayMs: 30_000 };
const all = { limits, residual: {}, maxRatePerS: 50, rateAlarmPerS: 40, resolution: 0.01 };
const MODEL = model([tag("speed", { judgeAlways: true }), tag("a", all), tag("b", all), tag("c", all)], {
  running: { all: [{ tag: "speed", above: 1 }], settleMs: 60_000 },
});
const ids = Array.from({ length: DEVICES }, (_, i) => `device-${i}`);
const records = Array.from({ length: MESSAGES }, (_, i) => {
  const at = T0 + Math.floor(i / DEVICES) * 10_000 + (i % DEVICES);
  const noise = (n: number) => Number((40 + 5 * Math.sin(i * n) + Math.random()).toFixed(2));
  const values = { speed: noise(1), a: noise(2), b: noise(3), c: noise(5) };
  return encode(telemetry(ids[i % DEVICES]!, at, { ts: at, values }));
});

const batch = new SampleBatch(65_536);
let findings = 0;
const receiver = createReceiver(startWorld(memoryCatalog(ids.map((id) => ({ id, model: MODEL })))), {
  sample: (series, at, value, grade) => {
    if (batch.length === 50_000) batch.length = 0;
    batch.push(series.id, at, value, grade);
  },
  latest: () => {},
  presence: () => {},
  finding: () => findings++,
  rejected: () => {},
});
test("the hot path stays in microseconds", () => {
  const from = process.cpuUsage();
  for (const record of records) receiver.handle(decodeUplink(record));
  const cpu = process.cpuUsage(from);
  const us = (cpu.user + cpu.system) / MESSAGES;
  process.stdout.write(
    `hot path: ${MESSAGES} messages of 4 values, ${DEVICES} devices: ${us.toFixed(2)} us CPU per message\n`,
  );
  expect(findings).toBe(0);
  expect(us).toBeLessThan(80);
});

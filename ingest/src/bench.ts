import { SampleBatch } from "@millwright/shared/telemetry/store";
import { decodeUplink } from "@millwright/shared/wire/uplink-record";
import { createReceiver } from "./receive.ts";
import { startWorld } from "./state.ts";
import { model, tag } from "./testing/plant.ts";
import { encode, memoryCatalog, telemetry } from "./testing/ports.ts";

/**
 * `npx tsx ingest/src/bench.ts`: CPU per message of 4 values through decode, grade and every detector, on one core,
 * without journal and store. Prints µs/message and messages/s.
 */
const DEVICES = 500;
const MESSAGES = 400_000;
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
const from = process.cpuUsage();
const started = performance.now();
for (const record of records) receiver.handle(decodeUplink(record));
const wallS = (performance.now() - started) / 1000;
const cpu = process.cpuUsage(from);
process.stdout.write(
  `${MESSAGES} messages of 4 values, ${DEVICES} devices, ${findings} findings: ` +
    `${((cpu.user + cpu.system) / MESSAGES).toFixed(2)} us CPU per message, ${Math.round(MESSAGES / wallS)} messages/s\n`,
);

import { setTimeout as delay } from "node:timers/promises";
import mqtt from "mqtt";
import type { ProgramName } from "../../scripts/programs.ts";
import type { Api } from "./api.ts";
import { TEST_RIG } from "./models.ts";
import { addMachine, install, type Machine, ticketsOf } from "./plant.ts";
import type { Product } from "./product.ts";
import { until } from "./wait.ts";

/**
 * Devices publish without pause while programs are killed with SIGKILL in turn. What was acknowledged is compared
 * with what the API gives back afterwards.
 */
export type DrillResult = {
  kills: number;
  /** Readings whose PUBACK arrived. */
  acked: number;
  /** Acknowledged, but not there or with another value. */
  lost: number;
  /** Points counted more than once. */
  doubled: number;
  /** Points at a time that was never sent. */
  phantom: number;
  /** Open tickets on the machine that passed its limit during the drill; must be 1. */
  tickets: number;
};

type Publisher = { machine: Machine; sent: number; acked: Set<number>; stop(): Promise<void> };

const IN_FLIGHT = 20;
/** Readings carry times of their own, 1 ms apart, so that each is one point; value = its number. */
const valueFor = (n: number) => (n % 97) + 0.5;

function publisher(product: Product, machine: Machine, startMs: number): Publisher {
  const client = mqtt.connect(`mqtt://127.0.0.1:${product.mqttPort}`, {
    username: machine.token,
    clientId: `drill-${machine.deviceId}`,
    reconnectPeriod: 100,
    connectTimeout: 5000,
  });
  client.on("error", () => undefined); // refused connections while the broker is down: it reconnects
  const self: Publisher = { machine, sent: 0, acked: new Set(), stop: async () => undefined };
  let running = true;
  const drained: Promise<void>[] = [];
  const loop = async () => {
    while (running) {
      const n = self.sent++;
      const message = JSON.stringify({ ts: startMs + n, values: { flow: valueFor(n) } });
      await client.publishAsync("v1/devices/me/telemetry", message, { qos: 1 }).then(
        () => self.acked.add(n),
        () => undefined,
      );
      await delay(5);
    }
  };
  for (let i = 0; i < IN_FLIGHT; i++) drained.push(loop());
  self.stop = async () => {
    running = false;
    await Promise.race([Promise.all(drained), delay(20_000)]);
    await client.endAsync(true);
  };
  return self;
}

export async function killDrill(
  product: Product,
  options: { rounds: number; programs: readonly ProgramName[]; devices: number; random: () => number },
): Promise<DrillResult> {
  const first = await install(product.admin, {
    customer: "Drill customer",
    model: TEST_RIG,
    asset: "Drill machine 0",
  });
  const machines = [first];
  for (let i = 1; i < options.devices; i++)
    machines.push(await addMachine(product.admin, { ...first, name: `Drill machine ${i}` }));
  const startMs = Date.now() - 3_600_000;
  const publishers = machines.map((machine) => publisher(product, machine, startMs));
  // One machine passes its limit in the middle of it all: one ticket, however often anything is replayed.
  const hot = await addMachine(product.admin, { ...first, name: "Drill machine over its limit" });
  const alarm = mqtt.connect(`mqtt://127.0.0.1:${product.mqttPort}`, {
    username: hot.token,
    reconnectPeriod: 100,
  });
  alarm.on("error", () => undefined);
  let kills = 0;
  for (let round = 0; round < options.rounds; round++) {
    for (const program of options.programs) {
      await delay(200 + options.random() * 1200);
      void alarm
        .publishAsync("v1/devices/me/telemetry", '{"pressure":8.7}', { qos: 1 })
        .catch(() => undefined);
      await until(`${program} to run`, () => product.pid(program) !== undefined, 30_000);
      const killed = product.kill(program);
      kills++;
      await until(`${program} to run again`, () => (product.pid(program) ?? killed) !== killed, 30_000);
    }
  }
  await delay(500);
  await Promise.all(publishers.map((p) => p.stop()));
  await alarm.endAsync(true);
  await product.settled(60_000);
  await until("the ticket", async () => (await ticketsOf(product.admin, hot.assetId)).length > 0, 20_000);
  const result: DrillResult = { kills, acked: 0, lost: 0, doubled: 0, phantom: 0, tickets: 0 };
  for (const p of publishers) await compare(product.admin, p, startMs, result);
  result.tickets = (await ticketsOf(product.admin, hot.assetId)).length;
  return result;
}

const WINDOW = 2000;

async function compare(
  admin: Api,
  publisher: Publisher,
  startMs: number,
  result: DrillResult,
): Promise<void> {
  result.acked += publisher.acked.size;
  for (let from = 0; from < publisher.sent; from += WINDOW) {
    type Answer = { series: { points: { time: number; last: number; count: number }[] }[] };
    const { series } = await admin.get<Answer>(
      `/assets/${publisher.machine.assetId}/series?tags=flow&from=${startMs + from}&to=${startMs + from + WINDOW}&buckets=${WINDOW}`,
    );
    const found = new Map((series[0]?.points ?? []).map((p) => [p.time - startMs, p]));
    for (let n = from; n < from + WINDOW; n++) {
      const point = found.get(n);
      if (point && n >= publisher.sent) result.phantom++;
      if (point && point.count > 1) result.doubled++;
      if (publisher.acked.has(n) && point?.last !== valueFor(n)) result.lost++;
    }
  }
}

/** mulberry32: a seed gives the same drill again. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

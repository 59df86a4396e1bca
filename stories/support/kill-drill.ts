import { setTimeout as delay } from "node:timers/promises";
import mqtt from "mqtt";
import type { ProgramName } from "../../scripts/programs.ts";
import { type Audit, audit, keepPublishing } from "./ledger.ts";
import { TEST_RIG } from "./models.ts";
import { addMachine, install, ticketsOf } from "./plant.ts";
import type { Product } from "./product.ts";
import { until } from "./wait.ts";

/**
 * Devices publish without pause while programs are killed with SIGKILL in turn. What was acknowledged is compared
 * with what the API gives back afterwards.
 */
export type DrillResult = Audit & {
  kills: number;
  /** Tickets for the one limit that a machine passed during the drill; must be 1. Reconnecting so often may well be told too. */
  tickets: number;
};

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
  const publishers = machines.map((machine) => keepPublishing(product.mqttPort, machine, { startMs }));
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
  await until(
    "the ticket",
    async () => (await ticketsOf(product.admin, hot.assetId)).some((t) => t.alarmType === "pressure:high"),
    20_000,
  );
  const found = await audit(product.admin, publishers);
  const ofTheLimit = (await ticketsOf(product.admin, hot.assetId)).filter(
    (t) => t.alarmType === "pressure:high",
  );
  return { ...found, kills, tickets: ofTheLimit.length };
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

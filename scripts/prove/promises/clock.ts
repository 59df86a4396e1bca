import { setTimeout as delay } from "node:timers/promises";
import { audit } from "../../../stories/support/ledger.ts";
import { type Machine, ticketsOf } from "../../../stories/support/plant.ts";
import type { Product } from "../../../stories/support/product.ts";
import { until } from "../../../stories/support/wait.ts";
import { type SetClock, setClock } from "../faketime.ts";
import { ackedBy, device, insist, publishAll, withPlant } from "../plant.ts";
import { checklist, type Proof } from "../promise.ts";
import { engineer, signedIn, signIn } from "../session.ts";
import { ODD_STAMPS, provenStamps } from "./clock-stamps.ts";

const DAY_MS = 86_400_000;
const JUMP_MS = 10 * DAY_MS;
const OFFLINE_AFTER_S = 10;
/** Own times of the steady devices: behind the server's clock even when that is ten days slow. */
const BACK_MS = 11 * DAY_MS;

type Alarm = { assetId: string; type: string; onset: number; raisedAt: number; clearedAt: number | null };

/** The server's clock jumps by ten days, forward and back, under load, and devices have every wrong idea of the time. */
export const clock: Proof = {
  title: "a clock that jumps costs no reading and starts no storm",
  async prove({ long }) {
    const server = setClock(-JUMP_MS);
    if (!server) {
      if (process.env.CI) throw new Error("libfaketime is missing; in CI it must be there");
      return { skipped: "libfaketime is not installed" };
    }
    const environment = { ...server.environment, OFFLINE_AFTER_S: String(OFFLINE_AFTER_S) };
    try {
      return await withPlant(5 + ODD_STAMPS, environment, (product, machines) =>
        proven(product, machines, server, long ? 70_000 : 2_000),
      );
    } finally {
      server.remove();
    }
  },
};

async function proven(product: Product, machines: readonly Machine[], server: SetClock, stayMs: number) {
  const { failures, expect } = checklist();
  const [steadyA, steadyB, live, plain, silent, ...others] = machines as [
    Machine,
    Machine,
    Machine,
    Machine,
    Machine,
  ];
  const ledgers = publishAll(product.mqttPort, [steadyA, steadyB], {
    pauseMs: 20,
    inFlight: 4,
    backMs: BACK_MS,
  });
  const current = await keepCurrent(product.mqttPort, live);
  const plainClient = await device(product.mqttPort, plain);
  const expected: number[] = [];

  /** At this offset for a while: devices are heard, the API answers, and what is received carries the server's time. */
  const stay = async (offsetMs: number) => {
    server.set(offsetMs);
    await until(
      "the server's clock to be set",
      async () => Math.abs((await serverTime(product)) - Date.now() - offsetMs) < 5_000,
    );
    // Each program looks at the setting once a second.
    await delay(1_200);
    const before = ackedBy(ledgers) + current.acked();
    await insist(plainClient, "nonsense");
    expected.push(Date.now() + offsetMs);
    await delay(stayMs);
    await until("acknowledgements", () => ackedBy(ledgers) + current.acked() > before + 20);
  };

  await stay(-JUMP_MS);
  await stay(0);
  const stamps = await provenStamps(product, others);
  failures.push(...stamps.failures);
  const person = await engineer(product);
  await stay(JUMP_MS);
  const cookie = await signIn(product, person);
  await insist(plainClient, '{"pressure":8.5}');
  await stay(0);
  await insist(plainClient, '{"pressure":5}');
  expect(await signedIn(product, cookie), "the jump back ended a session");
  const silentClient = await device(product.mqttPort, silent);
  await insist(silentClient, '{"flow":1}');
  const alarmsOf = async ({ assetId }: Machine) =>
    product.admin.all<Alarm>(`/alarms?assetId=${assetId}&state=all`);
  const offline = async () => (await alarmsOf(silent)).find(({ type }) => type === "device:offline");
  const silentFor = await until("silence to be noticed after the jump back", offline, 40_000).then(
    ({ raisedAt, onset }) => (raisedAt - onset) / 1000,
    () => null,
  );
  expect(silentFor !== null, "a device that fell silent after the jump back was not found");
  await stay(13 * 3_600_000);
  expect(!(await signedIn(product, cookie)), "a session from before the jump back goes on after 13 hours");

  await Promise.all([...ledgers.map((ledger) => ledger.stop()), current.stop()]);
  await Promise.all([plainClient, silentClient].map((client) => client.endAsync()));
  await product.settled();
  const alarms = (await Promise.all(machines.map(alarmsOf))).flat();
  for (const { assetId, type, onset, raisedAt, clearedAt } of alarms)
    expect(
      raisedAt >= onset && (clearedAt ?? raisedAt) >= onset,
      `${type} of ${assetId} ends before it begins`,
    );
  const heard = [steadyA, steadyB, live].map(({ assetId }) => assetId);
  const falsely = alarms.filter(({ assetId, type }) => heard.includes(assetId) && type === "device:offline");
  expect(falsely.length === 0, `${falsely.length} devices that never stopped were declared offline`);
  const pressure = alarms.filter(
    ({ assetId, type }) => assetId === plain.assetId && type === "pressure:high",
  );
  expect(
    pressure.length === 1 && pressure[0]!.clearedAt !== null,
    `${pressure.length} alarms of the one excursion, or not over`,
  );
  const tickets = (
    await Promise.all(machines.map(({ assetId }) => ticketsOf(product.admin, assetId)))
  ).flat();
  const kinds = new Set(tickets.map(({ assetId, alarmType }) => `${assetId} ${alarmType}`));
  expect(tickets.length === kinds.size, `${tickets.length} tickets for ${kinds.size} incidents`);
  const clocks = tickets.filter(({ alarmType }) => alarmType === "device:clock").length;
  expect(clocks <= machines.length, `${clocks} tickets about clocks of ${machines.length} devices`);

  const seen = await receivedTimes(product, plain);
  expect(
    seen.length === expected.length && seen.every((at, i) => Math.abs(at - expected[i]!) < 5_000),
    `receive times are not the server's: off by ${seen.map((at, i) => at - expected[i]!)} ms`,
  );
  const jumps = seen.filter((at, i) => i > 0 && Math.abs(at - seen[i - 1]!) > 3_600_000).length;
  expect(jumps === expected.length - 1, `the server's clock made ${jumps} jumps: the proof has no teeth`);
  const found = await audit(product.admin, ledgers);
  const stored = await stampedNow(product, live);
  const note = `${jumps} jumps of the server's clock (judged by it alone, ${jumps * heard.length} false alarms); silence found after ${silentFor} s; ${tickets.length} tickets, ${clocks} about clocks`;
  return {
    attempts: found.acked + current.acked() + stamps.sent,
    lost: found.lost + Math.max(0, current.acked() - stored),
    doubled: found.doubled,
    phantom: found.phantom + Math.max(0, stored - current.sent()),
    failures,
    note,
  };
}

const serverTime = async (product: Product): Promise<number> =>
  Date.parse((await fetch(`${product.url}/healthz`)).headers.get("date") ?? "");

/** A device whose readings carry the true time, one every 100 ms. */
async function keepCurrent(mqttPort: number, machine: Machine) {
  const client = await device(mqttPort, machine);
  let running = true;
  let sent = 0;
  let acked = 0;
  const loop = (async () => {
    while (running) {
      sent++;
      await insist(client, JSON.stringify({ ts: Date.now(), values: { pressure: 5 + (sent % 10) / 10 } }));
      acked++;
      await delay(100);
    }
    await client.endAsync();
  })();
  return {
    sent: () => sent,
    acked: () => acked,
    stop() {
      running = false;
      return loop;
    },
  };
}

/** Points of the machine around any time the server has had. */
async function stampedNow(product: Product, { assetId }: Machine): Promise<number> {
  const from = Date.now() - BACK_MS;
  const path = `/assets/${assetId}/series?tags=pressure&from=${from}&to=${from + 2 * BACK_MS}&buckets=1`;
  const { series } = await product.admin.get<{ series: { points: { count: number }[] }[] }>(path);
  return series[0]?.points.reduce((sum, { count }) => sum + count, 0) ?? 0;
}

/** When the server says the device's refused messages came, in their order. */
async function receivedTimes(product: Product, { deviceId }: Machine): Promise<number[]> {
  type Rejected = { id: number; deviceId: string; receivedAt: number };
  const rows = await product.admin.all<Rejected>("/rejected-messages?limit=200");
  const own = rows.filter((row) => row.deviceId === deviceId);
  return own.sort((a, b) => a.id - b.id).map(({ receivedAt }) => receivedAt);
}

import { readdirSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import mqtt from "mqtt";
import { audit } from "../../../stories/support/ledger.ts";
import type { Machine } from "../../../stories/support/plant.ts";
import type { Product } from "../../../stories/support/product.ts";
import { until } from "../../../stories/support/wait.ts";
import { metricsOf, withPlant } from "../plant.ts";
import { checklist, type Proof } from "../promise.ts";
import { startProxy, type TcpProxy, type Weather } from "../proxy.ts";
import { type Forwarder, forwardAll } from "../store-and-forward.ts";

/** The least the broker grants. */
const KEEPALIVE_S = 10;
const DEVICES = 6;
const HOUR_MS = 3_600_000;

/** Devices that keep what is not acknowledged, behind a network with every fault; the broker is left as it was. */
export const networkChaos: Proof = {
  title: "a bad network costs no reading, and leaves nothing behind",
  prove: ({ random, long }) =>
    withPlant(DEVICES + 1, {}, async (product, machines) => {
      const { failures, expect } = checklist();
      const [lonely, ...others] = machines;
      const proxy = await startProxy(product.mqttPort);
      const dead = await startProxy(product.mqttPort);
      try {
        const pid = product.pid("broker")!;
        const startMs = Date.now() - HOUR_MS;
        const senders = others.map((machine) => forwardAll(proxy.port, machine, startMs));
        await settledDown(product, proxy, senders);
        const before = openFiles(pid);

        const gone = halfOpen(dead, lonely);
        const spoken = trickled(product.mqttPort);
        for (const weather of weathers(random)) {
          proxy.weather(weather);
          await delay(long ? 30_000 : 2_000);
        }
        proxy.weather(null);
        const twins = others.slice(0, 2).map((machine) => twin(product.mqttPort, machine, startMs));
        const cuts = await cutAgainAndAgain(proxy, long ? 10_000 : 300);
        await Promise.all(twins);
        const [goneMs, spokenMs] = await Promise.all([gone, spoken]);
        expect(goneMs <= KEEPALIVE_S * 1_500 + 1_000, `a half-open session was gone after ${goneMs} ms`);
        expect(spokenMs <= 6_500, `one byte a second held a connection for ${spokenMs} ms`);

        await settledDown(product, proxy, senders);
        const after = await until("open files to return", () => near(openFiles(pid), before), 10_000).catch(
          () => openFiles(pid),
        );
        expect(Math.abs(after - before) <= 10, `${after} open files, ${before} before`);
        const leaky = await heldOpen(product.mqttPort, pid, 50);
        expect(
          leaky - after > 40,
          `the control, 50 connections held open, shows ${leaky - after} more files`,
        );
        expect(product.pid("broker") === pid, "the broker died");

        await Promise.all(senders.map((sender) => sender.stop()));
        await product.settled();
        const found = await audit(product.admin, senders);
        const again = senders.reduce((sum, sender) => sum + sender.again(), 0);
        const unsent = senders.reduce((sum, { sent, acked }) => sum + sent - acked.size, 0);
        expect(unsent === 0, `${unsent} readings were never acknowledged`);
        expect(
          again > 0,
          "nothing had to be sent again: the control, a device that keeps nothing, would have lost nothing",
        );
        const note = `${cuts} connections cut; ${again} readings sent again; half-open gone after ${(goneMs / 1000).toFixed(1)} s, one byte a second after ${(spokenMs / 1000).toFixed(1)} s; open files ${before} → ${after}`;
        return { ...found, attempts: found.acked, failures, note };
      } finally {
        await proxy.close();
        await dead.close();
      }
    }),
};

const near = (files: number, before: number) => Math.abs(files - before) <= 10 && files;

const openFiles = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

/** Slow and uneven, then torn, then cut in the middle of packets. */
const weathers = (random: () => number): Weather[] => [
  { waitMs: () => 5 + random() * 40, pieceBytes: 65_536, cuts: () => false },
  { waitMs: () => random() * 2, pieceBytes: 3, cuts: () => false },
  { waitMs: () => random() * 5, pieceBytes: 64, cuts: () => random() < 0.02 },
];

async function settledDown(product: Product, proxy: TcpProxy, senders: readonly Forwarder[]): Promise<void> {
  await until("all devices to be connected", async () => {
    const connected = (await metricsOf(product)).get("millwright_broker_connections") ?? 0;
    return (
      senders.every(({ client }) => client.connected) &&
      proxy.connections() === DEVICES &&
      connected === DEVICES
    );
  });
}

/** Resets every connection as soon as it is up, until `count` have been. */
async function cutAgainAndAgain(proxy: TcpProxy, count: number): Promise<number> {
  let cuts = 0;
  while (cuts < count) {
    await until("connections to cut", () => proxy.connections() >= DEVICES / 2);
    await delay(20);
    cuts += proxy.connections();
    proxy.cut();
  }
  return cuts;
}

/** A device whose network dies without a word; ms until the broker has noticed. */
async function halfOpen(proxy: TcpProxy, { token }: Machine): Promise<number> {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${proxy.port}`, {
    username: token,
    clientId: "half-open",
    keepalive: KEEPALIVE_S,
    reconnectPeriod: 0,
  });
  client.on("error", () => undefined);
  proxy.swallow();
  const from = performance.now();
  await until("the half-open session to end", () => proxy.ended() > 0, 40_000);
  await client.endAsync(true);
  return Math.round(performance.now() - from);
}

/** A CONNECT at one byte a second; ms until it is cut off. */
async function trickled(port: number): Promise<number> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  const from = performance.now();
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.resume();
  const timer = setInterval(() => socket.write(Buffer.from([0x10])), 1_000);
  await Promise.race([closed, delay(20_000)]);
  clearInterval(timer);
  socket.destroy();
  return Math.round(performance.now() - from);
}

/** The same device once more, under the same client id, with readings that are there already: each takes over from the other. */
async function twin(port: number, machine: Machine, startMs: number): Promise<void> {
  const second = forwardAll(port, machine, startMs);
  await until("the twin's readings", () => second.acked.size > 50);
  await second.stop();
}

/** Open files of the broker while `count` more connections are held. */
async function heldOpen(port: number, pid: number, count: number): Promise<number> {
  const sockets: Socket[] = [];
  for (let i = 0; i < count; i++) {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => undefined);
    sockets.push(socket);
  }
  await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once("connect", resolve))));
  await delay(200);
  const files = openFiles(pid);
  for (const socket of sockets) socket.destroy();
  return files;
}

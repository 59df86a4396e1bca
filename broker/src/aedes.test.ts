import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqliteJournal } from "@millwright/shared/journal/sqlite";
import { encodeDownlink } from "@millwright/shared/wire/downlink-record";
import { TELEMETRY } from "@millwright/shared/wire/topics";
import { generate, type Packet } from "mqtt-packet";
import { afterEach, beforeEach, expect, test } from "vitest";
import { limits } from "./limits.ts";
import type { Packet as Stored } from "./persistence/packet.ts";
import { type Dropped, SessionPersistence } from "./persistence/persistence.ts";
import { testBed, until } from "./testing/test-bed.ts";

/** Known weak spots of aedes, each closed here. Frames, sessions and wills have tests of their own beside their code. */
let bed: ReturnType<typeof testBed>;
const sockets: Socket[] = [];
beforeEach(() => {
  bed = testBed();
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await bed.end();
});

const hello = (username: string, options: object = {}) =>
  generate({
    cmd: "connect",
    protocolId: "MQTT",
    protocolVersion: 4,
    clean: true,
    clientId: "raw",
    keepalive: 60,
    username,
    ...options,
  } as Packet);
const subscribe = (topic: string, qos: 0 | 1) =>
  generate({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic, qos }] } as Packet);

/** Reads nothing until `read` is called. */
function open() {
  const socket = connect(bed.port(), "127.0.0.1");
  sockets.push(socket);
  socket.on("error", () => undefined);
  return socket;
}

test("slow wildcard subscribers that leave in the middle of a flood take nobody with them", async () => {
  const device = bed.addDevice("d1");
  const other = bed.addDevice("d2");
  await bed.start();
  const journal = await openSqliteJournal({ file: join(bed.dataDir, "downlink.db"), maxBytes: 0 });
  const slow = Array.from({ length: 10 }, (_, i) => {
    const socket = open();
    socket.write(hello(device.token, { clientId: `slow-${i}` }));
    socket.write(subscribe("v1/devices/me/rpc/request/+", 0));
    return socket;
  });
  await until(async () => (await bed.metric("connections")) === 10, "all are there");
  const flood = (n: number) =>
    encodeDownlink({ deviceId: "d1", requestId: String(n), method: "x", params: "y".repeat(2_000) });
  for (let n = 0; n < 3_000; n++) journal.append(flood(n), () => undefined);
  await until(async () => (await bed.metric("commands_total")) > 100, "the flood is on its way");
  for (const socket of slow) socket.destroy();
  const calm = await bed.connect({ username: other.token });
  await calm.publishAsync(TELEMETRY, "{}", { qos: 1 });
  await until(async () => (await bed.metric("commands_total")) === 3_000, "all commands are handed over");
  await journal.close();
});

test("__proto__ and constructor are ids and levels like any other", async () => {
  const names = ["__proto__", "constructor"];
  const tokens = names.map((name) => bed.addDevice(name).token);
  await bed.start();
  for (const [index, clientId] of names.entries()) {
    const session = { username: tokens[index]!, clientId, clean: false };
    const client = await bed.connect(session);
    const filters = names.map((name) => `v1/devices/me/rpc/request/${name}`);
    await client.subscribeAsync(filters, { qos: 1 });
    await client.publishAsync(TELEMETRY, '{"__proto__":1}', { qos: 2 });
    await client.endAsync();
    expect((await bed.connectListening(session)).client.connected).toBe(true);
  }
  expect(await bed.metric("sessions_stored")).toBe(2);
  expect(bed.messages().map(({ deviceId }) => deviceId)).toEqual(names);
  expect(Object.keys(Object.prototype)).toEqual([]);
});

test("PUBREL after a reconnect is answered with PUBCOMP, and its id is free again", async () => {
  const device = bed.addDevice("d1");
  await bed.start();
  const session = { clientId: "plc", clean: false };
  const publish = generate({
    cmd: "publish",
    topic: TELEMETRY,
    payload: "{}",
    qos: 2,
    messageId: 9,
    dup: false,
    retain: false,
  });
  async function talk(bytes: Buffer, last: number) {
    const socket = open();
    const types: number[] = [];
    socket.on("data", (data: Buffer) => {
      for (let at = 0; at < data.length; at += 4) types.push(data[at]! >> 4);
    });
    socket.write(Buffer.concat([hello(device.token, session), bytes]));
    await until(() => types.includes(last), `packet type ${last}`);
    socket.destroy();
    await until(async () => (await bed.metric("connections")) === 0, "it is gone");
  }
  await talk(publish, 5);
  await bed.stop();
  await bed.start();
  await talk(publish, 5);
  await talk(generate({ cmd: "pubrel", messageId: 9 }), 7);
  expect(bed.messages()).toHaveLength(1);
  await talk(publish, 5);
  expect(bed.messages()).toHaveLength(2);
});

test("retained messages are bounded for each device, by number and by bytes, also after a restart", async () => {
  const dir = mkdtempSync(join(tmpdir(), "retained-"));
  const dropped: Dropped[] = [];
  const open = async () => {
    const sessions = new SessionPersistence({
      file: join(dir, "sessions.db"),
      limits: { ...limits, retainedMessages: 3, retainedBytes: 1_000 },
      dropped: (what) => dropped.push(what),
    });
    await sessions.setup({ id: "b" });
    return sessions;
  };
  const message = (topic: string, bytes = 1): Stored => ({
    topic,
    payload: "x".repeat(bytes),
    qos: 1,
    retain: true,
  });
  const first = await open();
  for (let i = 0; i < 20; i++) await first.storeRetained(message(`to/a/${i}`));
  await first.storeRetained(message("to/b/0", 900));
  await first.storeRetained(message("to/b/1", 900));
  await first.destroy();
  const second = await open();
  await second.storeRetained(message("to/a/20"));
  await second.storeRetained(message("to/a/0", 0));
  await second.storeRetained(message("to/a/21"));
  const topics = (await second.createRetainedStream("#").toArray()).map(({ topic }: Stored) => topic);
  expect(topics.sort()).toEqual(["to/a/1", "to/a/2", "to/a/21", "to/b/0"]);
  expect(dropped).toHaveLength(17 + 1 + 1);
  await second.destroy();
  rmSync(dir, { recursive: true });
});

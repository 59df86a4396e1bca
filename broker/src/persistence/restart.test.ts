import { connect } from "node:net";
import { join } from "node:path";
import { openSqliteJournal } from "@millwright/shared/journal/sqlite";
import { encodeDownlink } from "@millwright/shared/wire/downlink-record";
import { TELEMETRY } from "@millwright/shared/wire/topics";
import { generate, type IPublishPacket, type Packet, parser } from "mqtt-packet";
import { afterEach, beforeEach, expect, test } from "vitest";
import { spawnBroker } from "../testing/spawn-broker.ts";
import { testBed, until } from "../testing/test-bed.ts";

let bed: ReturnType<typeof testBed>;
beforeEach(() => {
  bed = testBed();
});
afterEach(() => bed.end());

const COMMANDS = "v1/devices/me/rpc/request/+";

async function command(...ids: string[]) {
  const journal = await openSqliteJournal({ file: join(bed.dataDir, "downlink.db"), maxBytes: 0 });
  for (const requestId of ids) {
    const record = encodeDownlink({ deviceId: "d1", requestId, method: "restart", params: {} });
    await new Promise<void>((resolve, reject) =>
      journal.append(record, (error) => (error ? reject(error) : resolve())),
    );
  }
  await journal.close();
}

const ids = (got: string[]) => got.map((line) => line.split(" ")[0]?.split("/").at(-1));

test("a stored session and the commands that wait for it survive restarts, in order, each once", async () => {
  const device = bed.addDevice("d1");
  const session = { username: device.token, clientId: "plc", clean: false };
  await bed.start();
  const first = await bed.connect(session);
  await first.subscribeAsync([COMMANDS, "#"], { qos: 1 }).catch(() => undefined);
  await first.endAsync();
  await bed.stop();
  await command("1", "2");
  await bed.start();
  await until(async () => (await bed.metric("messages_queued")) === 2, "both wait");
  await bed.stop();
  await bed.start();
  expect(await bed.metric("sessions_stored")).toBe(1);
  const { client, got } = await bed.connectListening(session);
  await until(() => got.length === 2, "both arrive");
  await until(async () => (await bed.metric("messages_queued")) === 0, "both are acknowledged");
  expect(ids(got)).toEqual(["1", "2"]);
  await client.endAsync();
  await bed.stop();
  await bed.start();
  const again = await bed.connectListening(session);
  await command("3");
  await until(() => again.got.length > 0, "the subscription is there without a new SUBSCRIBE");
  expect(ids(again.got)).toEqual(["3"]);
});

test("what was sent and not acknowledged comes again under its id, marked as a duplicate", async () => {
  const device = bed.addDevice("d1");
  await bed.start();
  const session = { username: device.token, clientId: "plc", clean: false };
  const stored = await bed.connect(session);
  await stored.subscribeAsync(COMMANDS, { qos: 1 });
  await stored.endAsync();
  await command("1");
  /** A client that acknowledges nothing: the first publish it gets. */
  async function deaf() {
    const socket = connect(bed.port(), "127.0.0.1");
    const got: Packet[] = [];
    const incoming = parser();
    incoming.on("packet", (packet) => got.push(packet));
    socket.on("data", (data) => incoming.parse(data));
    socket.on("error", () => undefined);
    socket.write(
      generate({ cmd: "connect", protocolId: "MQTT", protocolVersion: 4, keepalive: 60, ...session }),
    );
    const publish = () => got.find((packet) => packet.cmd === "publish");
    await until(() => publish() !== undefined, "the command arrives");
    const { messageId, dup } = publish() as IPublishPacket;
    socket.destroy();
    return { messageId, dup };
  }
  const first = await deaf();
  await bed.stop();
  await bed.start();
  expect([first.dup, await deaf()]).toEqual([false, { messageId: first.messageId, dup: true }]);
});

test("a clean session leaves nothing behind, and discards the stored one of its id", async () => {
  const device = bed.addDevice("d1");
  await bed.start();
  const stored = await bed.connect({ username: device.token, clientId: "plc", clean: false });
  await stored.subscribeAsync(COMMANDS, { qos: 1 });
  await stored.endAsync();
  expect(await bed.metric("sessions_stored")).toBe(1);
  const clean = await bed.connect({ username: device.token, clientId: "plc" });
  await clean.subscribeAsync(COMMANDS, { qos: 1 });
  await clean.endAsync();
  await bed.stop();
  await bed.start();
  expect(await bed.metric("sessions_stored")).toBe(0);
});

test("stored sessions of a device are bounded: the one used longest ago is forgotten, and counted", async () => {
  const device = bed.addDevice("d1");
  await bed.start();
  for (let i = 0; i < 10; i++) {
    const client = await bed.connect({ username: device.token, clientId: `random-${i}`, clean: false });
    await client.subscribeAsync(COMMANDS, { qos: 1 });
    await client.endAsync();
  }
  expect(await bed.metric("sessions_stored")).toBe(8);
  expect(await bed.metric('dropped_total{reason="session"}')).toBe(2);
});

test("the will of a device connected when the broker was killed is kept, once", {
  timeout: 60_000,
}, async () => {
  const device = bed.addDevice("d1");
  const killed = await spawnBroker(bed.dataDir);
  const will = { topic: TELEMETRY, payload: Buffer.from('{"off":1}'), qos: 1 as const, retain: false };
  const client = await bed.connect({ username: device.token, will }, killed.url);
  client.on("error", () => undefined);
  killed.child.kill("SIGKILL");
  await killed.exited;
  for (let starts = 0; starts < 2; starts++) {
    await bed.start();
    await until(() => bed.messages().length > 0, "the will is kept");
    await bed.stop();
  }
  expect(bed.messages().map(({ deviceId, payload }) => `${deviceId} ${payload}`)).toEqual(['d1 {"off":1}']);
});

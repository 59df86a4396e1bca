import { execFile, spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { openSqliteJournal } from "@millwright/shared/journal/sqlite";
import { serveWake } from "@millwright/shared/journal/wake";
import { encodeDownlink } from "@millwright/shared/wire/downlink-record";
import type { MqttClient } from "mqtt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { silent, testBed, until } from "./testing/test-bed.ts";

let bed: ReturnType<typeof testBed>;
beforeEach(() => {
  bed = testBed();
});
afterEach(() => bed.end());

/** The portal's side of the commands. */
async function portal() {
  const journal = await openSqliteJournal({ file: join(bed.dataDir, "downlink.db"), maxBytes: 0 });
  const wake = await serveWake({ dataDir: bed.dataDir, door: "wake-downlink", journal, log: silent });
  return {
    journal,
    command: (deviceId: string, requestId: string) =>
      new Promise<void>((resolve, reject) =>
        journal.append(
          encodeDownlink({ deviceId, requestId, method: "restart", params: { in: 5 } }),
          (error) => (error ? reject(error) : resolve()),
        ),
      ),
    async close() {
      await wake.close();
      await journal.close();
    },
  };
}

function inbox(client: MqttClient) {
  const got: string[] = [];
  client.on("message", (topic, payload) => got.push(`${topic} ${payload}`));
  return got;
}
const request = (id: string) => `v1/devices/me/rpc/request/${id} {"method":"restart","params":{"in":5}}`;

test("a command reaches its device and no other, though all subscribe the same topic", async () => {
  const a = bed.addDevice("a");
  const b = bed.addDevice("b");
  const strange = bed.addDevice("c/+ #");
  const from = await portal();
  await bed.start();
  const inboxes = new Map<string, string[]>();
  for (const device of [a, b, strange]) {
    const client = await bed.connect({ username: device.token, clientId: "stock" });
    inboxes.set(device.id, inbox(client));
    await client.subscribeAsync("v1/devices/me/rpc/request/+", { qos: 1 });
  }
  await from.command("a", "1");
  await from.command("c/+ #", "2");
  await from.command("b", "3");
  await until(() => inboxes.get("b")!.length === 1, "the last command arrives");
  expect([...inboxes.values()]).toEqual([[request("1")], [request("3")], [request("2")]]);
  await until(() => from.journal.stats().trimmedThrough === 2, "the broker's offset reaches the portal");
  await from.close();
});

test("a stored session gets what came while it was away, and only that; after UNSUBSCRIBE nothing", async () => {
  const a = bed.addDevice("a");
  const b = bed.addDevice("b");
  const from = await portal();
  await bed.start();
  const session = (token: string) => ({ username: token, clientId: "same", clean: false });
  const first = await bed.connect(session(a.token));
  // Refused filters are part of the stored SUBSCRIBE; they must open nothing later either.
  await first.subscribeAsync(["v1/devices/me/rpc/request/+", "#"], { qos: 1 }).catch(() => undefined);
  await first.endAsync();
  const other = await bed.connect(session(b.token));
  await other.subscribeAsync("v1/devices/me/rpc/request/+", { qos: 1 });
  await other.endAsync();
  await from.command("b", "1");
  await from.command("a", "2");
  await until(async () => (await bed.metric("commands_total")) === 2, "both are handed over");

  const again = await bed.connectListening(session(a.token));
  await until(() => again.got.length > 0, "the stored command arrives");
  await from.command("a", "3");
  await until(() => again.got.length === 2, "the restored subscription works");
  expect(again.got).toEqual([request("2"), request("3")]);
  await again.client.unsubscribeAsync("v1/devices/me/rpc/request/+");
  await from.command("a", "4");
  await until(async () => (await bed.metric("commands_total")) === 4, "it is handed over");
  await again.client.publishAsync("v1/devices/me/telemetry", "{}", { qos: 1 });
  expect(again.got).toHaveLength(2);
  await from.close();
});

test("commands are handed over once across a restart of the broker", async () => {
  const a = bed.addDevice("a");
  const from = await portal();
  await bed.start();
  await from.command("a", "1");
  await until(async () => (await bed.metric("commands_total")) === 1, "handed over");
  await bed.stop();
  await from.command("a", "2");
  await bed.start();
  const client = await bed.connect({ username: a.token });
  const got = inbox(client);
  await client.subscribeAsync("v1/devices/me/rpc/request/+", { qos: 1 });
  await from.command("a", "3");
  await until(() => got.includes(request("3")), "the newest arrives");
  expect(got).not.toContain(request("1"));
  await from.close();
});

test("a subscriber that stops reading is cut off and holds up nobody", { timeout: 30_000 }, async () => {
  const a = bed.addDevice("a");
  const b = bed.addDevice("b");
  const from = await portal();
  await bed.start();
  const frozen = await bed.connect({ username: a.token });
  await frozen.subscribeAsync("v1/devices/me/rpc/request/+", { qos: 0 });
  const other = await bed.connect({ username: b.token });
  (frozen.stream as unknown as { pause(): void; socket?: unknown }).pause();
  const large = (n: number) =>
    encodeDownlink({ deviceId: "a", requestId: String(n), method: "x", params: "y".repeat(200_000) });
  await new Promise<void>((resolve) => {
    for (let n = 0; n < 100; n++) from.journal.append(large(n), () => n === 99 && resolve());
  });
  const began = Date.now();
  await other.publishAsync("v1/devices/me/telemetry", "{}", { qos: 1 });
  expect(Date.now() - began).toBeLessThan(2_000);
  await until(async () => (await bed.metric("devices_connected")) === 1, "the frozen one is cut off", 12_000);
  await until(
    async () => (await bed.metric("commands_total")) === 100,
    "the rest of its commands is not waited for",
  );
  await from.close();
});

const stock = spawnSync("mosquitto_pub", ["--help"]).error === undefined;
if (!stock && process.env.CI) throw new Error("mosquitto_pub is not installed (Debian: mosquitto-clients)");
if (!stock) process.stdout.write("skipped: mosquitto_pub is not installed\n");

describe.skipIf(!stock)("a client nobody here wrote", () => {
  const run = promisify(execFile);

  test("mosquitto_pub and mosquitto_sub sign in, publish, receive, and are refused what is not theirs", async () => {
    const a = bed.addDevice("a");
    const from = await portal();
    await bed.start();
    const to = ["-h", "127.0.0.1", "-p", String(bed.port())];
    await run("mosquitto_pub", [
      ...to,
      "-u",
      a.token,
      "-q",
      "1",
      "-t",
      "v1/devices/me/telemetry",
      "-m",
      '{"t":21.5}',
    ]);
    const asSecret = ["-u", a.id, "-P", a.secret, "-q", "2", "-V", "mqttv31"];
    await run("mosquitto_pub", [...to, ...asSecret, "-t", "v1/devices/me/telemetry", "-m", '{"t":22}']);
    expect(bed.messages().map(({ payload }) => String(payload))).toEqual(['{"t":21.5}', '{"t":22}']);
    for (const wrong of [
      ["-u", "wrong", "-t", "v1/devices/me/telemetry"],
      ["-u", a.token, "-t", "v1/devices/other/telemetry"],
      ["-u", a.token, "-t", "v1/devices/me/telemetry", "-V", "mqttv5"],
    ]) {
      await expect(
        run("mosquitto_pub", [...to, ...wrong, "-q", "1", "-m", "x"], { timeout: 3_000 }),
      ).rejects.toThrow();
    }
    const subscriber = spawn("mosquitto_sub", [
      ...to,
      "-u",
      a.token,
      "-q",
      "1",
      "-C",
      "1",
      "-v",
      "-t",
      "v1/devices/me/rpc/request/+",
    ]);
    let printed = "";
    subscriber.stdout.on("data", (data) => {
      printed += String(data);
    });
    const exited = new Promise((resolve) => subscriber.once("exit", resolve));
    await until(async () => (await bed.metric("devices_connected")) === 1, "the subscriber is there");
    // Its SUBSCRIBE follows its CONNECT: a command is repeated until one is seen.
    for (let id = 1; printed === "" && id < 100; id++) {
      await from.command("a", String(id));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await exited;
    expect(printed).toMatch(/^v1\/devices\/me\/rpc\/request\/\d+ {"method":"restart","params":{"in":5}}\n$/);
    expect(bed.messages()).toHaveLength(2);
    await from.close();
  });
});

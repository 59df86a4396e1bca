import { afterEach, expect, test } from "vitest";
import { testBed, until } from "./testing/test-bed.ts";

let bed: ReturnType<typeof testBed>;
afterEach(() => bed.end());

test("suites written elsewhere can route among their clients; only test/nosubscribe is refused", async () => {
  bed = testBed({ MQTT_TEST_LISTENER_PORT: "0" });
  const { testPort } = await bed.start();
  const url = `mqtt://127.0.0.1:${testPort}`;
  const subscriber = await bed.connect({}, url);
  const got: string[] = [];
  subscriber.on("message", (topic, payload, packet) => got.push(`${topic} ${payload} ${packet.qos}`));
  await subscriber.subscribeAsync("#", { qos: 2 });
  await expect(subscriber.subscribeAsync("test/nosubscribe", { qos: 1 })).rejects.toThrow();
  const publisher = await bed.connect({ username: "anyone", password: "any" }, url);
  for (const qos of [0, 1, 2] as const) await publisher.publishAsync("a/b", `q${qos}`, { qos });
  await until(() => got.length === 3, "all arrive");
  expect(got).toEqual(["a/b q0 0", "a/b q1 1", "a/b q2 2"]);
  await expect(bed.connect({ clientId: "", clean: false, protocolVersion: 3 }, url)).rejects.toThrow();
  expect(bed.records()).toEqual([]);
});

test("retained messages and stored sessions of the listener survive a restart", async () => {
  bed = testBed({ MQTT_TEST_LISTENER_PORT: "0" });
  const url = (port: number | null) => `mqtt://127.0.0.1:${port}`;
  const session = { clientId: "stored", clean: false };
  const first = url((await bed.start()).testPort);
  const client = await bed.connect(session, first);
  await client.subscribeAsync("queue/+", { qos: 2 });
  await client.endAsync();
  const publisher = await bed.connect({}, first);
  await publisher.publishAsync("kept", "old", { qos: 1, retain: true });
  await publisher.publishAsync("queue/1", "waiting", { qos: 2 });
  await bed.stop();
  const { testPort } = await bed.start();
  const again = await bed.connectListening(session, url(testPort));
  await until(() => again.got.length === 1, "what waited arrives");
  await again.client.subscribeAsync("kept");
  await until(() => again.got.length === 2, "the retained message arrives");
  expect(again.got).toEqual(["queue/1 waiting", "kept old"]);
});

test("in production it does not open", async () => {
  bed = testBed({ MQTT_TEST_LISTENER_PORT: "0", NODE_ENV: "production" });
  await expect(bed.start()).rejects.toThrow(/refused when NODE_ENV=production/);
});

test("it is closed unless asked for", async () => {
  bed = testBed();
  expect((await bed.start()).testPort).toBeNull();
});

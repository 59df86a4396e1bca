import { afterAll, beforeAll, expect, test } from "vitest";
import { createLink, parseAddress } from "./link.ts";
import { startTestBroker, until } from "./testing/broker.ts";

let broker: Awaited<ReturnType<typeof startTestBroker>>;
beforeAll(async () => {
  broker = await startTestBroker({ ackDelayMs: 5 });
});
afterAll(() => broker.stop());

test("every message is acknowledged, in order at first sending, though the network is cut in between", async () => {
  const link = createLink({ host: "127.0.0.1", port: broker.port, token: "cut", maxInFlight: 4 });
  const sent = Array.from({ length: 60 }, (_, i) => link.send(String(i)));
  await until("some came", () => broker.received.filter((m) => m.token === "cut").length > 10);
  broker.cut();
  await Promise.all(sent);
  const came = broker.received
    .filter((m) => m.token === "cut" && m.topic.endsWith("telemetry"))
    .map((m) => Number(m.payload));
  expect([...new Set(came)]).toEqual(Array.from({ length: 60 }, (_, i) => i));
  expect(link.stats()).toMatchObject({ connects: 2, acknowledged: 60, waiting: 0, dropped: 0 });
  await link.stop();
});

test("a dropped link keeps its readings and sends them when restored; the will has spoken", async () => {
  const link = createLink({ host: "127.0.0.1", port: broker.port, token: "gap" });
  await link.send("before");
  link.drop(false);
  await until("offline", () => !link.connected());
  const late = link.send("during");
  await until("will", () => broker.received.some((m) => m.payload === '{"connected":false}'));
  expect(broker.received.some((m) => m.payload === "during")).toBe(false);
  link.restore();
  await late;
  expect(link.stats().connects).toBe(2);
  await link.stop();
});

test("a request is answered on the response topic of its number", async () => {
  const link = createLink({
    host: "127.0.0.1",
    port: broker.port,
    token: "rpc",
    onRequest: (method) => (method === "ping" ? { pong: true } : { error: "unknown method" }),
  });
  await link.send("hello");
  await until("an answer", () => {
    void broker.publish("v1/devices/me/rpc/request/7", '{"method":"ping","params":{}}');
    return broker.received.some((m) => m.topic === "v1/devices/me/rpc/response/7");
  });
  expect(broker.received.find((m) => m.topic.endsWith("response/7"))?.payload).toBe('{"pong":true}');
  await link.stop();
});

test("too long a silence costs the oldest readings, counted", async () => {
  const link = createLink({ host: "127.0.0.1", port: 1, token: "x", maxWaiting: 3 });
  const sent = Array.from({ length: 5 }, (_, i) => link.send(String(i)));
  await Promise.all(sent.slice(0, 2));
  expect(link.stats()).toMatchObject({ waiting: 3, dropped: 2 });
  const rest = Promise.allSettled(sent.slice(2));
  await link.stop();
  expect((await rest).map((r) => r.status)).toEqual(["rejected", "rejected", "rejected"]);
});

test("addresses are host:port", () => {
  expect(parseAddress("127.0.0.1:1884")).toEqual({ host: "127.0.0.1", port: 1884 });
  expect(parseAddress("mqtt://[::1]:1883")).toEqual({ host: "::1", port: 1883 });
  expect(() => parseAddress("a:b")).toThrow("--mqtt");
});

test("off the network and on again at once is one new connection, and the old one is gone", async () => {
  const openBefore = broker.open();
  const link = createLink({ host: "127.0.0.1", port: broker.port, token: "d" });
  await until("connected", () => link.connected());
  for (let i = 2; i <= 4; i++) {
    link.drop(false);
    link.restore();
    await until("connected again", () => link.connected() && link.stats().connects === i);
  }
  await link.send("{}");
  // Longer than the back-off: a second attempt would have come by now.
  await new Promise((resolve) => setTimeout(resolve, 800));
  expect(link.stats().connects).toBe(4);
  expect(broker.open()).toBe(openBefore + 1);
  await link.stop();
});

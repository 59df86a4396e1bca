import { TELEMETRY } from "@millwright/shared/wire/topics";
import { afterEach, beforeEach, expect, test } from "vitest";
import { closed, testBed, until } from "./testing/test-bed.ts";

let bed: ReturnType<typeof testBed>;
beforeEach(() => {
  bed = testBed();
});
afterEach(() => bed.end());

test("a device signs in with its token alone, or with id and secret, over TCP and WebSocket", async () => {
  const device = bed.addDevice("d1");
  await bed.start();
  for (const url of [bed.url(), bed.wsUrl()]) {
    for (const identity of [
      { username: device.token },
      { username: device.token, password: "" },
      { username: device.id, password: device.secret },
    ]) {
      const client = await bed.connect(identity, url);
      await client.publishAsync(TELEMETRY, '{"t":1}', { qos: 1 });
      await client.endAsync();
    }
  }
  expect(bed.messages()).toHaveLength(6);
  expect(new Set(bed.messages().map(({ deviceId }) => deviceId))).toEqual(new Set(["d1"]));
});

test("wrong, revoked, foreign or missing credentials are refused with code 5 and counted", async () => {
  const device = bed.addDevice("d1");
  const other = bed.addDevice("d2");
  bed.revoke("d2-token");
  await bed.start();
  const wrong = [
    {},
    { username: "nobody" },
    { username: `${device.token}x` },
    { username: device.secret },
    { username: device.id },
    { username: device.id, password: other.secret },
    { username: device.id, password: device.token },
    { username: device.token, password: "something" },
    { username: "__proto__", password: device.secret },
    { username: other.token },
  ];
  for (const identity of wrong) await expect(bed.connect(identity)).rejects.toMatchObject({ code: 5 });
  expect(await bed.metric('sign_in_refused_total{reason="credential"}')).toBe(wrong.length);
  expect(bed.records()).toEqual([]);
});

test("without the portal's database devices are told to come later, and can as soon as it is there", async () => {
  await bed.start();
  await expect(bed.connect({ username: "token" })).rejects.toMatchObject({ code: 3 });
  expect((await bed.door("/health")).status).toBe(503);
  const device = bed.addDevice("d1");
  await bed.connect({ username: device.token });
  expect((await bed.door("/health")).status).toBe(200);
});

test("another device's client id opens a session of one's own; one's own takes over", async () => {
  const a = bed.addDevice("a");
  const b = bed.addDevice("b");
  await bed.start();
  const first = await bed.connect({ username: a.token, clientId: "same" });
  await bed.connect({ username: b.token, clientId: "same" });
  await first.publishAsync(TELEMETRY, "{}", { qos: 1 });
  expect(first.connected).toBe(true);
  const gone = closed(first);
  const second = await bed.connect({ username: a.token, clientId: "same" });
  await gone;
  await second.publishAsync(TELEMETRY, "{}", { qos: 1 });
  expect(bed.messages()).toHaveLength(2);
});

test("a will to a foreign topic is refused at CONNECT, one's own is kept when the link dies", async () => {
  const device = bed.addDevice("d1");
  await bed.start();
  for (const topic of [
    "v1/devices/d2/telemetry",
    "v1/gateway/telemetry",
    "to/d2/me/rpc/request/1",
    "$SYS/x",
  ]) {
    const will = { topic, payload: Buffer.from("x"), qos: 1 as const, retain: true };
    await expect(bed.connect({ username: device.token, will })).rejects.toMatchObject({ code: 5 });
  }
  const will = { topic: TELEMETRY, payload: Buffer.from('{"off":1}'), qos: 1 as const, retain: false };
  const client = await bed.connect({ username: device.token, will });
  client.stream.destroy();
  await until(() => bed.messages().length === 1, "the will is kept");
  expect(String(bed.messages()[0]!.payload)).toBe('{"off":1}');
  await until(() => bed.presence().length === 2, "presence");
  expect(bed.presence()).toEqual(["d1 connected", "d1 will"]);
});

test("publishing what is not its own closes the connection, unacknowledged and counted", async () => {
  const device = bed.addDevice("d1");
  await bed.start();
  const foreign = [
    "v1/devices/d2/telemetry",
    "v1/devices/me/rpc/request/1",
    "v1/devices/me/telemetry/x",
    "v1/gateway/telemetry",
    "to/d1/me/attributes",
    "$SYS/broker",
    "V1/devices/me/telemetry",
    "v1/devices/me//telemetry",
    "v1/devices/../me/telemetry",
  ];
  for (const topic of foreign) {
    const client = await bed.connect({ username: device.token });
    const gone = closed(client);
    let acknowledged = false;
    client.publish(topic, "{}", { qos: 1 }, (error) => {
      acknowledged ||= !error;
    });
    await gone;
    expect(acknowledged, topic).toBe(false);
  }
  expect(bed.messages()).toEqual([]);
  expect(await bed.metric('publish_refused_total{reason="topic"}')).toBe(foreign.length);
});

test("a gateway speaks for its children, an ordinary device cannot", async () => {
  const gateway = bed.addDevice("g1", "gateway");
  await bed.start();
  const client = await bed.connect({ username: gateway.token });
  const topics = [
    "v1/gateway/telemetry",
    "v1/gateway/attributes",
    "v1/gateway/connect",
    "v1/gateway/disconnect",
  ];
  for (const topic of [...topics, "v1/devices/me/attributes/request/7", "v1/devices/me/rpc/response/8"]) {
    await client.publishAsync(topic, "{}", { qos: 1 });
  }
  expect(
    bed
      .messages()
      .map(({ topic }) => topic)
      .slice(0, 4),
  ).toEqual(topics);
  const granted = await client.subscribeAsync(["v1/gateway/rpc", "v1/gateway/attributes"], { qos: 1 });
  expect(granted.map(({ qos }) => qos)).toEqual([1, 1]);
});

test("foreign filters are answered with 0x80, also inside one SUBSCRIBE with permitted ones", async () => {
  const device = bed.addDevice("d1");
  await bed.start();
  const client = await bed.connect({ username: device.token });
  const filters = [
    "v1/devices/me/rpc/request/+",
    "#",
    "+/+/+/+",
    "$SYS/#",
    "v1/devices/+/rpc/request/+",
    "v1/devices/me/#",
    "v1/devices/me/telemetry",
    "to/d1/me/rpc/request/+",
    "v1/gateway/rpc",
    "$share/x/v1/devices/me/attributes",
    "v1/devices/me/attributes",
    "refused",
  ];
  const answer = await new Promise<number[]>((resolve) => {
    client.on("packetreceive", (packet) => {
      if (packet.cmd === "suback") resolve(packet.granted as number[]);
    });
    client.subscribe(filters, { qos: 1 }, () => undefined);
  });
  expect(answer.map((granted, index) => [filters[index], granted])).toEqual(
    filters.map((filter) => [
      filter,
      /^v1\/devices\/me\/(rpc\/request\/\+|attributes)$/.test(filter) ? 1 : 128,
    ]),
  );
  expect(await bed.metric('subscribe_refused_total{reason="topic"}')).toBe(10);
});

test("a revoked credential ends its connection within a second, and only its own", async () => {
  const a = bed.addDevice("a");
  const b = bed.addDevice("b");
  await bed.start();
  const revoked = await bed.connect({ username: a.token });
  const kept = await bed.connect({ username: a.id, password: a.secret });
  const other = await bed.connect({ username: b.token });
  const gone = closed(revoked);
  const began = Date.now();
  bed.revoke("a-token");
  await gone;
  expect(Date.now() - began).toBeLessThan(1_000);
  await expect(bed.connect({ username: a.token })).rejects.toMatchObject({ code: 5 });
  expect([kept.connected, other.connected]).toEqual([true, true]);
});

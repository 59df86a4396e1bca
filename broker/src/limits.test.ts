import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { TELEMETRY } from "@millwright/shared/wire/topics";
import { generate, type Packet } from "mqtt-packet";
import { afterEach, describe, expect, test } from "vitest";
import WebSocket from "ws";
import { addressKey, createAdmission } from "./admit.ts";
import { effectiveKeepaliveS } from "./authenticate.ts";
import { brokerConfig } from "./config.ts";
import { limitSchemas, limits } from "./limits.ts";
import { DeviceRate, TokenBucket } from "./rate.ts";
import { createSignInDelay } from "./sign-in-delay.ts";
import { testBed, until } from "./testing/test-bed.ts";

describe("counted", () => {
  test.each([
    ["10.1.2.3", "10.1.2.3"],
    ["::ffff:10.1.2.3", "10.1.2.3"],
    ["::FFFF:10.1.2.3", "10.1.2.3"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:0db8:0001:0002::9", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
  ])("%s counts as %s", (address, key) => expect(addressKey(address)).toBe(key));

  test("an address, and all together, have so many connections and no more", () => {
    const admission = createAdmission({ ...limits, connections: 3, connectionsPerIp: 2 }, () => 0);
    expect([admission.arrived("a"), admission.arrived("a"), admission.arrived("a")]).toEqual([
      null,
      null,
      "connections-per-ip",
    ]);
    expect([admission.arrived("b"), admission.arrived("c")]).toEqual([null, "connections"]);
    admission.left("a");
    expect([admission.arrived("c"), admission.arrived("a")]).toEqual([null, "connections"]);
  });

  test("a device's rate outlasts its connections: coming again brings no new burst", () => {
    let nowMs = 0;
    const admission = createAdmission({ ...limits, messagesPerS: 10 }, () => nowMs);
    admission.enter("d").received(120, 100, nowMs);
    admission.leave("d");
    expect(admission.enter("d").hold(nowMs)).toBeGreaterThan(9_000);
    nowMs = 20_000;
    expect(admission.enter("d").hold(nowMs)).toBe(0);
  });

  test("a bucket gives its burst and then its rate", () => {
    const bucket = new TokenBucket(10, 20, 0);
    bucket.take(25, 0);
    expect(bucket.waitMs(0)).toBe(600);
    expect(bucket.waitMs(600)).toBe(0);
    expect(bucket.isRested(600)).toBe(false);
    expect(bucket.isRested(2_000)).toBe(true);
  });

  test("only a device that is over its rate without a pause is cut off", () => {
    const rate = new DeviceRate({ messagesPerS: 10, bytesPerS: 1_000, abuseMs: 5_000 }, 0);
    const overrun = (fromMs: number, toMs: number) => {
      for (let now = fromMs; now <= toMs; now += 100) {
        const held = rate.hold(now);
        if (held === "abuse") return now;
        if (held === 0) rate.received(20, 100, now);
      }
      return null;
    };
    expect(overrun(0, 4_000)).toBeNull();
    expect(rate.hold(10_000)).toBe(0);
    expect(overrun(10_000, 14_000)).toBeNull();
    expect(overrun(14_100, 30_000)).toBeGreaterThan(15_000);
  });

  test("refusals come later and later, up to 5 s; after a quiet time at once again", () => {
    const delay = createSignInDelay(3);
    const delays = Array.from({ length: 12 }, () => delay.failed("ip", undefined, 0));
    expect(delays.slice(0, 6)).toEqual([0, 0, 0, 100, 200, 400]);
    expect(delays.at(-1)).toBe(5_000);
    expect(delay.failed("other", "user", 0)).toBe(0);
    expect(delay.failed("ip", undefined, 400_000)).toBe(0);
  });

  test.each([
    [undefined, 600],
    [0, 600],
    [5, 10],
    [60, 60],
    [600, 600],
    [65_535, 600],
  ])("a keep-alive of %s s is taken as %s s", (asked, taken) =>
    expect(effectiveKeepaliveS(asked, limits)).toBe(taken),
  );

  test("every variable of a limit is described in .env.example, with its default", () => {
    const example = readFileSync(fileURLToPath(new URL("../../.env.example", import.meta.url)), "utf8");
    const defaults = brokerConfig.parse({ DATA_DIR: "x" });
    for (const [name, value] of Object.entries(defaults)) {
      if (name in limitSchemas) expect(example).toContain(`\n${name}=${value}\n`);
    }
    expect(example).toContain("\nMQTT_WS_ORIGINS=\n");
  });
});

describe("on the wire", () => {
  let bed: ReturnType<typeof testBed>;
  const sockets: Socket[] = [];
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await bed.end();
  });

  const started = async (settings: Record<string, string>) => {
    bed = testBed(settings);
    const device = bed.addDevice("d1");
    await bed.start();
    return device;
  };
  function open() {
    const socket = connect(bed.port(), "127.0.0.1");
    sockets.push(socket);
    socket.resume().on("error", () => undefined);
    return { socket, closed: new Promise((resolve) => socket.once("close", resolve)) };
  }

  test("client ids have 64 of the characters A-Z a-z 0-9 . _ : - and no others: CONNACK 2", async () => {
    const { token } = await started({});
    await bed.connect({ username: token, clientId: `Az09._:-${"x".repeat(56)}` });
    for (const clientId of ["x".repeat(65), "a/b", "a b", "é", "a+", "#", "a\\b", "<b>"]) {
      await expect(bed.connect({ username: token, clientId }), clientId).rejects.toMatchObject({ code: 2 });
    }
    expect(await bed.metric('sign_in_refused_total{reason="client-id"}')).toBe(8);
  });

  test("the 21st subscription is refused, also spread over the connections of a stored session", async () => {
    const { token } = await started({});
    const session = { username: token, clientId: "plc", clean: false };
    const filter = (i: number) => `v1/devices/me/rpc/request/${i}`;
    const first = await bed.connect(session);
    await first.subscribeAsync(
      Array.from({ length: 19 }, (_, i) => filter(i)),
      { qos: 1 },
    );
    await first.endAsync();
    const second = await bed.connect(session);
    await second.subscribeAsync([filter(0), filter(19)], { qos: 1 });
    await expect(second.subscribeAsync(filter(20), { qos: 1 })).rejects.toThrow();
    expect(await bed.metric('subscribe_refused_total{reason="too-many"}')).toBe(1);
  });

  test("more half-finished QoS 2 handshakes than allowed close the connection", async () => {
    const { token } = await started({ MQTT_MAX_INFLIGHT_QOS2: "3" });
    const { socket, closed } = open();
    const publish = (messageId: number) =>
      generate({
        cmd: "publish",
        topic: TELEMETRY,
        payload: "{}",
        qos: 2,
        messageId,
        dup: false,
        retain: false,
      });
    const hello = { cmd: "connect", protocolId: "MQTT", protocolVersion: 4, clientId: "c", keepalive: 60 };
    socket.write(generate({ ...hello, clean: true, username: token } as Packet));
    for (let id = 1; id <= 4; id++) socket.write(publish(id));
    await closed;
  });

  test("connections of one address, and of one device, are bounded and counted", async () => {
    const { token } = await started({
      MQTT_MAX_CONNECTIONS_PER_IP: "5",
      MQTT_MAX_CONNECTIONS_PER_DEVICE: "2",
    });
    const client = await bed.connect({ username: token, clientId: "a" });
    await bed.connect({ username: token, clientId: "b" });
    await expect(bed.connect({ username: token, clientId: "c" })).rejects.toMatchObject({ code: 3 });
    expect(await bed.metric('sign_in_refused_total{reason="connections-per-device"}')).toBe(1);
    const some = [open(), open(), open()];
    const last = open();
    await last.closed;
    expect(await bed.metric('limits_reached_total{reason="connections-per-ip"}')).toBe(1);
    await client.publishAsync(TELEMETRY, "{}", { qos: 1 });
    for (const { socket } of some) socket.destroy();
    await until(async () => (await bed.metric("connections")) === 2, "the slots are free again");
  });

  test("more CONNECTs a second than allowed wait their turn; who waited too long is told to come later", async () => {
    const { token } = await started({ MQTT_MAX_CONNECTS_PER_S: "4", MQTT_MAX_CONNECT_WAIT_MS: "600" });
    const outcomes = await Promise.all(
      Array.from({ length: 16 }, (_, i) =>
        bed.connect({ username: token, clientId: `c${i}` }).then(
          () => "in",
          (error: { code: number }) => String(error.code),
        ),
      ),
    );
    const told = outcomes.filter((outcome) => outcome === "3").length;
    expect(outcomes.filter((outcome) => outcome === "in")).toHaveLength(16 - told);
    // A burst of 8 at once, then 4 a second for 0.6 s and what the sweep of 0.25 s adds.
    expect(told).toBeGreaterThan(2);
    expect(told).toBeLessThan(8);
    expect(await bed.metric('sign_in_refused_total{reason="connect-rate"}')).toBe(told);
  });

  test("guessing is answered ever later; the right credential gets in at once meanwhile", async () => {
    const { token } = await started({ MQTT_MAX_FAILED_SIGN_INS: "5" });
    const guesses = Array.from({ length: 12 }, (_, i) => bed.connect({ username: `guess-${i}` }));
    const settled = Promise.allSettled(guesses);
    const began = Date.now();
    await bed.connect({ username: token });
    expect(Date.now() - began).toBeLessThan(1_000);
    await settled;
    expect(Date.now() - began).toBeGreaterThan(3_000);
    expect(await bed.metric('limits_reached_total{reason="failed-sign-ins"}')).toBe(7);
  });

  test("a device over its rate is slowed down, loses nothing and holds up nobody", async () => {
    const { token } = await started({ MQTT_MAX_MESSAGES_PER_S: "500" });
    const other = bed.addDevice("d2");
    const [flooding, calm] = [
      await bed.connect({ username: token }),
      await bed.connect({ username: other.token }),
    ];
    const began = Date.now();
    const all = Promise.all(
      Array.from({ length: 2_500 }, () => flooding.publishAsync(TELEMETRY, "x".repeat(300), { qos: 1 })),
    );
    const calmBegan = Date.now();
    await calm.publishAsync(TELEMETRY, "{}", { qos: 1 });
    expect(Date.now() - calmBegan).toBeLessThan(1_000);
    await all;
    expect(Date.now() - began).toBeGreaterThan(2_000);
    expect(bed.messages()).toHaveLength(2_501);
    expect(await bed.metric('limits_reached_total{reason="message-rate"}')).toBeGreaterThan(0);
  });

  test("WebSocket: a page from elsewhere is refused with 403 unless its origin is allowed", async () => {
    const { token } = await started({ MQTT_WS_ORIGINS: "https://tools.example.com" });
    const status = (origin?: string) =>
      new Promise<number>((resolve) => {
        const socket = new WebSocket(bed.wsUrl(), "mqtt", origin === undefined ? {} : { origin });
        socket.on("open", () => {
          socket.terminate();
          resolve(101);
        });
        socket.on("unexpected-response", (_request, response) => resolve(response.statusCode ?? 0));
        socket.on("error", () => undefined);
      });
    expect(await status()).toBe(101);
    expect(await status("https://tools.example.com")).toBe(101);
    expect(await status(`https://127.0.0.1:${bed.wsPort()}`)).toBe(101);
    expect(await status("https://evil.example")).toBe(403);
    expect(await status("null")).toBe(403);
    expect(await bed.metric('frames_refused_total{reason="origin"}')).toBe(2);
    await bed.connect({ username: token }, bed.wsUrl());
  });
});

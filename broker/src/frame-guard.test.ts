import { connect, type Socket } from "node:net";
import fc from "fast-check";
import { generate, type Packet } from "mqtt-packet";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import WebSocket from "ws";
import { FrameFollower } from "./frame-guard.ts";
import { limits } from "./limits.ts";
import { testBed, until } from "./testing/test-bed.ts";

const hello = (options: object = {}) =>
  generate({
    cmd: "connect",
    protocolId: "MQTT",
    protocolVersion: 4,
    clean: true,
    clientId: "c",
    keepalive: 60,
    ...options,
  } as Packet);
const publish = (options: object = {}) =>
  generate({
    cmd: "publish",
    topic: "v1/devices/me/telemetry",
    payload: "{}",
    qos: 1,
    messageId: 7,
    dup: false,
    retain: false,
    ...options,
  } as Packet);
const subscribe = generate({
  cmd: "subscribe",
  messageId: 3,
  subscriptions: [{ topic: "a/é/+", qos: 1 }],
} as Packet);
const ping = Buffer.from([0xc0, 0]);
const bye = Buffer.from([0xe0, 0]);

/** What the guard says to these bytes, sent in chunks of `size`. */
function judge(bytes: Buffer, size = bytes.length) {
  const follower = new FrameFollower(limits);
  for (let at = 0; at < bytes.length; at += size) {
    const violation = follower.inspect(bytes.subarray(at, at + size));
    if (violation !== null) return violation;
  }
  return follower.saidGoodbye ? "goodbye" : null;
}

const raw = (...parts: (Buffer | number[] | string)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from(part))));

describe("frames", () => {
  const will = { topic: "t", payload: Buffer.from("gone"), qos: 1, retain: true };
  const legal = raw(
    hello({ will, username: "ü", password: Buffer.from([0, 255]) }),
    publish(),
    subscribe,
    publish({ qos: 0, messageId: undefined, payload: Buffer.alloc(70_000, 1) }),
    ping,
    publish({ qos: 2, topic: "größe/日本" }),
    bye,
  );

  test("legal packets pass, however they are cut into chunks", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), (size) => judge(legal, size) === "goodbye"),
      { numRuns: 60, examples: [[1], [2], [3], [legal.length]] },
    );
  });

  test.each<[string, Buffer, string]>([
    [
      "a frame that declares 256 MiB before CONNECT, at its 5th byte",
      raw([0x10, 0xff, 0xff, 0xff, 0x7f]),
      "frame-too-large",
    ],
    [
      "a frame that declares 256 MiB after CONNECT",
      raw(hello(), [0x30, 0xff, 0xff, 0xff, 0x7f]),
      "frame-too-large",
    ],
    ["a CONNECT over 4 KiB", hello({ username: "x".repeat(5_000) }), "frame-too-large"],
    ["a fifth length byte", raw([0x10, 0xff, 0xff, 0xff, 0xff, 0x01]), "malformed"],
    ["anything before CONNECT", publish(), "connect-expected"],
    ["a second CONNECT", raw(hello(), hello()), "second-connect"],
    ["MQTT 5", hello({ protocolVersion: 5 }), "protocol-version"],
    ["another protocol", raw([0x10, 12, 0, 4], "HTTP", [4, 2, 0, 60, 0, 0]), "malformed"],
    ["the reserved CONNECT flag", raw([0x10, 12, 0, 4], "MQTT", [4, 3, 0, 60, 0, 0]), "malformed"],
    ["will QoS 3", raw([0x10, 17, 0, 4], "MQTT", [4, 0x1e, 0, 60, 0, 0, 0, 1], "t", [0, 0]), "malformed"],
    [
      "a password without a user name",
      raw([0x10, 14, 0, 4], "MQTT", [4, 0x42, 0, 60, 0, 0, 0, 0]),
      "malformed",
    ],
    ["U+0000 in the client id", raw([0x10, 13, 0, 4], "MQTT", [4, 2, 0, 60, 0, 1, 0]), "bad-utf8"],
    ["a control in a topic", raw(hello(), [0x30, 5, 0, 3], "a\u0001b"), "bad-utf8"],
    ["a surrogate in a topic", raw(hello(), [0x30, 5, 0, 3, 0xed, 0xa0, 0x80]), "bad-utf8"],
    ["an overlong form in a topic", raw(hello(), [0x30, 4, 0, 2, 0xc0, 0xaf]), "bad-utf8"],
    ["a C1 control in a topic", raw(hello(), [0x30, 4, 0, 2, 0xc2, 0x85]), "bad-utf8"],
    ["a topic that reaches beyond its frame", raw(hello(), [0x30, 3, 0, 9, 97]), "malformed"],
    ["a topic of 257 bytes", raw(hello(), publish({ topic: "x".repeat(257) })), "topic-too-long"],
    ["a topic of 11 levels", raw(hello(), publish({ topic: "a/a/a/a/a/a/a/a/a/a/a" })), "topic-too-deep"],
    [
      "101 filters in one SUBSCRIBE",
      raw(
        hello(),
        generate({
          cmd: "subscribe",
          messageId: 1,
          subscriptions: Array.from({ length: 101 }, (_, i) => ({ topic: `t${i}`, qos: 1 })),
        } as Packet),
      ),
      "too-many-filters",
    ],
    ["packet id 0", raw(hello(), [0x32, 5, 0, 1, 97, 0, 0]), "packet-id-zero"],
    ["QoS 3", raw(hello(), [0x36, 5, 0, 1, 97, 0, 1]), "malformed"],
    ["DUP with QoS 0", raw(hello(), [0x38, 3, 0, 1, 97]), "malformed"],
    ["SUBSCRIBE with wrong flags", raw(hello(), [0x80, 6, 0, 1, 0, 1, 97, 0]), "malformed"],
    ["SUBSCRIBE without a filter", raw(hello(), [0x82, 2, 0, 1]), "malformed"],
    ["SUBSCRIBE with an empty filter", raw(hello(), [0x82, 5, 0, 1, 0, 0, 0]), "malformed"],
    ["SUBSCRIBE for QoS 3", raw(hello(), [0x82, 6, 0, 1, 0, 1, 97, 3]), "malformed"],
    ["UNSUBSCRIBE without a filter", raw(hello(), [0xa2, 2, 0, 1]), "malformed"],
    ["PINGREQ with a body", raw(hello(), [0xc0, 1, 0]), "malformed"],
    ["a packet only a server sends", raw(hello(), [0x20, 2, 0, 0]), "malformed"],
    ["PUBACK of id 0", raw(hello(), [0x40, 2, 0, 0]), "packet-id-zero"],
    ["the reserved type 15", raw(hello(), [0xf0, 0]), "malformed"],
  ])("%s is refused, whole or byte by byte", (_what, bytes, violation) => {
    expect(judge(bytes)).toBe(violation);
    expect(judge(bytes, 1)).toBe(violation);
  });

  test("no bytes make it throw", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), fc.boolean(), (chunks, connected) => {
        const follower = new FrameFollower(limits);
        if (connected) follower.inspect(hello());
        for (const chunk of chunks) if (follower.inspect(Buffer.from(chunk)) !== null) break;
      }),
      { numRuns: 500 },
    );
  });
});

describe("connections", () => {
  let bed: ReturnType<typeof testBed>;
  let token: string;
  const sockets: Socket[] = [];
  beforeEach(async () => {
    bed = testBed();
    token = bed.addDevice("d1").token;
    await bed.start();
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await bed.end();
  });

  /** Sends `bytes`, collects what comes back; resolves when the broker closes. */
  function talk(bytes: Buffer) {
    const socket = connect(bed.port(), "127.0.0.1", () => socket.write(bytes));
    sockets.push(socket);
    let got = Buffer.alloc(0);
    socket.on("data", (data) => {
      got = Buffer.concat([got, data]);
    });
    socket.on("error", () => undefined);
    return {
      socket,
      got: () => got,
      closed: new Promise<Buffer>((resolve) => socket.on("close", () => resolve(got))),
    };
  }

  test("an MQTT 5 client is told so: CONNACK 1", async () => {
    expect(await talk(hello({ protocolVersion: 5, username: token })).closed).toEqual(
      Buffer.from([0x20, 2, 0, 1]),
    );
  });

  test("an oversized frame closes the connection at its header, over WebSocket too, and is counted", async () => {
    await talk(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f])).closed;
    await talk(raw(hello({ username: token }), [0x30, 0x81, 0x80, 0x10])).closed;
    const client = await bed.connect({ username: token }, bed.wsUrl());
    const gone = new Promise<void>((resolve) => client.once("close", () => resolve()));
    client.publish("v1/devices/me/telemetry", Buffer.alloc(limits.packetBytes), { qos: 1 });
    await gone;
    expect(await bed.metric('frames_refused_total{reason="frame-too-large"}')).toBeGreaterThanOrEqual(2);
    expect(bed.messages()).toEqual([]);
  });

  test("the largest permitted packet is kept", async () => {
    const client = await bed.connect({ username: token });
    const payload = Buffer.alloc(limits.packetBytes - 40, 65);
    await client.publishAsync("v1/devices/me/telemetry", payload, { qos: 1 });
    expect(Buffer.from(bed.messages()[0]!.payload).equals(payload)).toBe(true);
  });

  test("a socket that says nothing, or half a CONNECT, is gone within 6 s; others are served meanwhile", async () => {
    const began = Date.now();
    const silent = [talk(Buffer.alloc(0)), talk(hello().subarray(0, 5))];
    const webSocket = connect(bed.wsPort(), "127.0.0.1");
    webSocket.on("error", () => undefined);
    const webSocketClosed = new Promise<void>((resolve) => webSocket.on("close", () => resolve()));
    await bed.connect({ username: token });
    await Promise.all([...silent.map(({ closed }) => closed), webSocketClosed]);
    expect(Date.now() - began).toBeLessThan(6_000);
  });

  test("WebSocket: without the subprotocol refused, a text frame ends it", async () => {
    await new Promise<void>((resolve) => new WebSocket(bed.wsUrl()).on("error", () => resolve()));
    const socket = new WebSocket(bed.wsUrl(), "mqtt");
    await new Promise((resolve) => socket.on("open", resolve));
    const gone = new Promise((resolve) => socket.on("close", resolve));
    socket.send("text");
    await gone;
    expect(await bed.metric('frames_refused_total{reason="text-frame"}')).toBe(1);
  });

  test("a QoS 2 publish repeated before its release is kept once; after a clean reconnect its id is new", async () => {
    const message = (payload: string) => publish({ qos: 2, messageId: 1, payload });
    const first = talk(raw(hello({ username: token }), message("first")));
    await until(() => first.got().length >= 8, "CONNACK and PUBREC");
    first.socket.write(message("first"));
    await until(() => first.got().length >= 12, "PUBREC again");
    first.socket.destroy();
    await first.closed;
    const second = talk(raw(hello({ username: token }), message("second")));
    await until(() => second.got().length >= 8, "PUBREC");
    expect(bed.messages().map(({ payload }) => String(payload))).toEqual(["first", "second"]);
  });
});

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { TELEMETRY } from "@millwright/shared/wire/topics";
import { generate, type Packet } from "mqtt-packet";
import { afterEach, expect, test } from "vitest";
import { effectiveKeepaliveS } from "./authenticate.ts";
import { type Limits, limits } from "./limits.ts";
import { heldJournal } from "./testing/held-journal.ts";
import { testBed, until } from "./testing/test-bed.ts";

type Bed = ReturnType<typeof testBed>;
type Row = {
  /** The limit set low, so that a step over it is small. */
  settings?: Record<string, string>;
  /** One step over; what the peer must see of it is expected inside. */
  over: (bed: Bed, token: string) => Promise<unknown>;
  /** The metric that must have counted it; several tests elsewhere prove those with `elsewhere` on the wire. */
  counted: string | { elsewhere: string };
};

let bed: Bed;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await bed.end();
});

const hello = (token: string, more: object = {}) =>
  generate({
    cmd: "connect",
    protocolId: "MQTT",
    protocolVersion: 4,
    clientId: "c",
    keepalive: 60,
    clean: true,
    username: token,
    ...more,
  } as Packet);
const publish = (more: object = {}) =>
  generate({
    cmd: "publish",
    topic: TELEMETRY,
    payload: "{}",
    qos: 1,
    messageId: 1,
    dup: false,
    retain: false,
    ...more,
  } as Packet);
const subscribe = (filters: string[]) =>
  generate({
    cmd: "subscribe",
    messageId: 1,
    subscriptions: filters.map((topic) => ({ topic, qos: 1 as const })),
  } as Packet);

function raw(of: Bed, ...packets: Buffer[]) {
  const socket = connect(of.port(), "127.0.0.1");
  sockets.push(socket);
  socket.on("error", () => undefined).resume();
  if (packets.length > 0) socket.write(Buffer.concat(packets));
  return socket;
}
/** The peer must be cut off. */
const cutOff = async (of: Bed, ...packets: Buffer[]) => once(raw(of, ...packets), "close");
const refusedWith = (code: number, attempt: Promise<unknown>) =>
  expect(attempt).rejects.toMatchObject({ code });

const rows: Record<keyof Limits, Row> = {
  bytesBeforeConnect: {
    over: (of, token) => cutOff(of, hello(token, { password: Buffer.alloc(4_096) })),
    counted: 'frames_refused_total{reason="frame-too-large"}',
  },
  packetBytes: {
    settings: { MQTT_MAX_PACKET_BYTES: "1024" },
    over: (of, token) => cutOff(of, hello(token), publish({ payload: "x".repeat(1_024) })),
    counted: 'frames_refused_total{reason="frame-too-large"}',
  },
  connectTimeoutMs: {
    settings: { MQTT_CONNECT_TIMEOUT_MS: "200" },
    over: (of) => cutOff(of),
    counted: 'limits_reached_total{reason="connect-timeout"}',
  },
  drainTimeoutMs: {
    over: async () => undefined,
    counted: { elsewhere: "commands.test.ts: a frozen subscriber is cut off" },
  },
  inflightQos2: {
    settings: { MQTT_MAX_INFLIGHT_QOS2: "2" },
    over: (of, token) =>
      cutOff(of, hello(token), ...[1, 2, 3].map((messageId) => publish({ qos: 2, messageId }))),
    counted: 'limits_reached_total{reason="inflight-qos2"}',
  },
  topicBytes: {
    settings: { MQTT_MAX_TOPIC_BYTES: "64" },
    over: (of, token) => cutOff(of, hello(token), publish({ topic: "t".repeat(65) })),
    counted: 'frames_refused_total{reason="topic-too-long"}',
  },
  topicLevels: {
    over: (of, token) => cutOff(of, hello(token), publish({ topic: "a/".repeat(10) })),
    counted: 'frames_refused_total{reason="topic-too-deep"}',
  },
  clientIdBytes: {
    over: (of, token) => refusedWith(2, of.connect({ username: token, clientId: "x".repeat(65) })),
    counted: 'sign_in_refused_total{reason="client-id"}',
  },
  subscriptions: {
    settings: { MQTT_MAX_SUBSCRIPTIONS: "1" },
    over: async (of, token) => {
      const client = await of.connect({ username: token });
      const filters = [1, 2].map((i) => `v1/devices/me/rpc/request/${i}`);
      await expect(client.subscribeAsync(filters, { qos: 1 })).rejects.toThrow();
    },
    counted: 'subscribe_refused_total{reason="too-many"}',
  },
  filtersPerPacket: {
    settings: { MQTT_MAX_FILTERS_PER_PACKET: "2" },
    over: (of, token) => cutOff(of, hello(token), subscribe(["a", "b", "c"])),
    counted: 'frames_refused_total{reason="too-many-filters"}',
  },
  connections: {
    settings: { MQTT_MAX_CONNECTIONS: "1" },
    over: async (of, token) => {
      await of.connect({ username: token });
      await cutOff(of);
    },
    counted: 'limits_reached_total{reason="connections"}',
  },
  connectionsPerIp: {
    settings: { MQTT_MAX_CONNECTIONS_PER_IP: "1" },
    over: async (of, token) => {
      await of.connect({ username: token });
      await cutOff(of);
    },
    counted: 'limits_reached_total{reason="connections-per-ip"}',
  },
  connectionsPerDevice: {
    settings: { MQTT_MAX_CONNECTIONS_PER_DEVICE: "1" },
    over: async (of, token) => {
      await of.connect({ username: token, clientId: "a" });
      await refusedWith(3, of.connect({ username: token, clientId: "b" }));
    },
    counted: 'sign_in_refused_total{reason="connections-per-device"}',
  },
  connectsPerS: {
    settings: { MQTT_MAX_CONNECTS_PER_S: "1", MQTT_MAX_CONNECT_WAIT_MS: "1" },
    over: async (of, token) => {
      const tries = Array.from({ length: 5 }, () => of.connect({ username: token }));
      expect((await Promise.allSettled(tries)).some(({ status }) => status === "rejected")).toBe(true);
    },
    counted: 'sign_in_refused_total{reason="connect-rate"}',
  },
  connectWaitMs: {
    settings: { MQTT_MAX_CONNECTS_PER_S: "1", MQTT_MAX_CONNECT_WAIT_MS: "100" },
    over: async (of, token) => {
      const tries = Array.from({ length: 5 }, () => of.connect({ username: token }));
      const refused = (await Promise.allSettled(tries)).filter(({ status }) => status === "rejected");
      expect(refused[0]).toMatchObject({ reason: { code: 3 } });
    },
    counted: 'sign_in_refused_total{reason="connect-rate"}',
  },
  failedSignIns: {
    settings: { MQTT_MAX_FAILED_SIGN_INS: "1" },
    over: async (of) => {
      for (let i = 0; i < 2; i++) await refusedWith(5, of.connect({ username: "nobody" }));
    },
    counted: 'limits_reached_total{reason="failed-sign-ins"}',
  },
  messagesPerS: {
    settings: { MQTT_MAX_MESSAGES_PER_S: "10" },
    over: async (of, token) => {
      const client = await of.connect({ username: token });
      for (let i = 0; i < 30; i++) await client.publishAsync(TELEMETRY, "{}", { qos: 1 });
    },
    counted: 'limits_reached_total{reason="message-rate"}',
  },
  bytesPerS: {
    settings: { MQTT_MAX_BYTES_PER_S: "1024" },
    over: async (of, token) => {
      const client = await of.connect({ username: token });
      for (let i = 0; i < 3; i++) client.publish(TELEMETRY, "x".repeat(2_000), { qos: 1 });
    },
    counted: 'limits_reached_total{reason="message-rate"}',
  },
  abuseMs: {
    over: async () => undefined,
    counted: { elsewhere: "limits.test.ts: only a device that is over its rate without a pause is cut off" },
  },
  backlogBytes: {
    settings: { MQTT_MAX_BACKLOG_BYTES: "65536" },
    over: async (of, token) => {
      for (const clientId of ["a", "b"]) {
        const client = await of.connect({ username: token, clientId });
        for (let i = 0; i < 8; i++) client.publish(TELEMETRY, "x".repeat(7_000), { qos: 1 });
      }
    },
    counted: 'limits_reached_total{reason="backlog"}',
  },
  keepaliveS: {
    over: async () => expect(effectiveKeepaliveS(601, limits)).toBe(600),
    counted: { elsewhere: "nothing is refused: it is taken as the limit" },
  },
  leastKeepaliveS: {
    over: async () => expect(effectiveKeepaliveS(9, limits)).toBe(10),
    counted: { elsewhere: "nothing is refused: it is taken as the limit" },
  },
  sessions: {
    settings: { MQTT_MAX_SESSIONS: "1" },
    over: async (of, token) => {
      for (const clientId of ["a", "b"]) {
        const client = await of.connect({ username: token, clientId, clean: false });
        await client.subscribeAsync("v1/devices/me/attributes", { qos: 1 });
        await client.endAsync();
      }
    },
    counted: 'dropped_total{reason="session"}',
  },
  queuedMessages: {
    over: async () => undefined,
    counted: { elsewhere: "persistence/restart.test.ts: what waits for a session is bounded" },
  },
  queuedBytes: {
    over: async () => undefined,
    counted: { elsewhere: "persistence/restart.test.ts: what waits for a session is bounded" },
  },
  retainedMessages: {
    over: async () => undefined,
    counted: { elsewhere: "aedes.test.ts: retained messages are bounded for each device" },
  },
  retainedBytes: {
    over: async () => undefined,
    counted: { elsewhere: "aedes.test.ts: retained messages are bounded for each device" },
  },
};

test("every limit has a row here", () => {
  bed = testBed();
  expect(Object.keys(rows).sort()).toEqual(Object.keys(limits).sort());
});

test.each(Object.entries(rows))(
  "one step over %s: the documented refusal, and counted",
  async (name, row) => {
    bed = testBed(row.settings);
    const { token } = bed.addDevice("d1");
    const held = heldJournal();
    if (name !== "backlogBytes") held.run(null);
    await bed.start({ openUplink: async () => held.journal });
    await row.over(bed, token);
    const { counted } = row;
    if (typeof counted === "string")
      await until(async () => (await bed.metric(counted)) > 0, `${name} is counted in ${counted}`);
    held.run(null);
  },
);

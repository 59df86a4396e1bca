import { dataDir, host, logLevel, port } from "@millwright/shared/config";
import { z } from "zod";
import { type Limits, limits } from "./limits.ts";

/** A whole number from 1, or `least`, to `most`. */
const count = (fallback: number, most: number, least = 1) =>
  z
    .string()
    .default(String(fallback))
    .transform((text, context) => {
      const value = Number(text);
      if (Number.isInteger(value) && value >= least && value <= most) return value;
      context.addIssue({
        code: "custom",
        message: `must be a whole number from ${least} to ${most}, not "${text}"`,
      });
      return z.NEVER;
    });

/** Comma-separated web origins, as a browser sends them: https://tools.example.com */
const origins = z
  .string()
  .default("")
  .transform((text) => text.split(",").flatMap((origin) => origin.trim().replace(/\/$/, "") || []));

export const brokerConfig = z.object({
  MQTT_HOST: host,
  MQTT_PORT: port(1883),
  MQTT_WS_PORT: port(9001),
  MQTT_WS_ORIGINS: origins,
  MQTT_MAX_PACKET_BYTES: count(limits.packetBytes, 16_777_216, 1_024),
  MQTT_MAX_TOPIC_BYTES: count(limits.topicBytes, 65_535, 64),
  MQTT_MAX_TOPIC_LEVELS: count(limits.topicLevels, 90, 6),
  MQTT_MAX_CLIENT_ID_BYTES: count(limits.clientIdBytes, 1_024),
  MQTT_MAX_SUBSCRIPTIONS: count(limits.subscriptions, 1_000),
  MQTT_MAX_INFLIGHT_QOS2: count(limits.inflightQos2, 65_535),
  MQTT_MAX_KEEPALIVE_S: count(limits.keepaliveS, 43_690, limits.leastKeepaliveS),
  MQTT_MAX_CONNECTIONS: count(limits.connections, 1_000_000),
  MQTT_MAX_CONNECTIONS_PER_IP: count(limits.connectionsPerIp, 1_000_000),
  MQTT_MAX_CONNECTIONS_PER_DEVICE: count(limits.connectionsPerDevice, 1_000_000),
  MQTT_MAX_CONNECTS_PER_S: count(limits.connectsPerS, 1_000_000),
  MQTT_MAX_CONNECT_WAIT_MS: count(limits.connectWaitMs, 600_000),
  MQTT_MAX_FAILED_SIGN_INS: count(limits.failedSignIns, 1_000_000),
  MQTT_MAX_MESSAGES_PER_S: count(limits.messagesPerS, 10_000_000),
  MQTT_MAX_BYTES_PER_S: count(limits.bytesPerS, 10_000_000_000, 1_024),
  MQTT_MAX_SESSIONS: count(limits.sessions, 10_000),
  MQTT_MAX_QUEUED_MESSAGES: count(limits.queuedMessages, 100_000),
  MQTT_MAX_RETAINED_MESSAGES: count(limits.retainedMessages, 100_000),
  MQTTS_PORT: z.union([z.undefined(), port(0)]),
  /** Default: MQTT_HOST. Its own, so that TLS can be open to the network while plain MQTT is not. */
  MQTTS_HOST: z.string().min(1).optional(),
  MQTT_TLS_KEY: z.string().optional(),
  MQTT_TLS_CERT: z.string().optional(),
  MQTT_TLS_CA: z.string().optional(),
  MQTT_TLS_CRL: z.string().optional(),
  MQTT_TLS_REQUIRE_CERT: z
    .enum(["true", "false"], { error: "must be true or false" })
    .default("false")
    .transform((text) => text === "true"),
  // Not `optional`: the default inside would open it.
  MQTT_TEST_LISTENER_PORT: z.union([z.undefined(), port(0)]),
  NODE_ENV: z.string().optional(),
  DATA_DIR: dataDir,
  /** How large the uplink journal may grow while ingest does not get on; then devices are slowed, then refused. */
  JOURNAL_MAX_MB: z.coerce
    .number({ error: "must be a number of megabytes, 1 or more" })
    .min(1, { error: "must be a number of megabytes, 1 or more" })
    .default(8192),
  LOG_LEVEL: logLevel,
});

export type BrokerConfig = z.infer<typeof brokerConfig>;

export function limitsOf(config: BrokerConfig): Limits {
  return {
    ...limits,
    packetBytes: config.MQTT_MAX_PACKET_BYTES,
    topicBytes: config.MQTT_MAX_TOPIC_BYTES,
    topicLevels: config.MQTT_MAX_TOPIC_LEVELS,
    clientIdBytes: config.MQTT_MAX_CLIENT_ID_BYTES,
    subscriptions: config.MQTT_MAX_SUBSCRIPTIONS,
    inflightQos2: config.MQTT_MAX_INFLIGHT_QOS2,
    keepaliveS: config.MQTT_MAX_KEEPALIVE_S,
    connections: config.MQTT_MAX_CONNECTIONS,
    connectionsPerIp: config.MQTT_MAX_CONNECTIONS_PER_IP,
    connectionsPerDevice: config.MQTT_MAX_CONNECTIONS_PER_DEVICE,
    connectsPerS: config.MQTT_MAX_CONNECTS_PER_S,
    connectWaitMs: config.MQTT_MAX_CONNECT_WAIT_MS,
    failedSignIns: config.MQTT_MAX_FAILED_SIGN_INS,
    messagesPerS: config.MQTT_MAX_MESSAGES_PER_S,
    bytesPerS: config.MQTT_MAX_BYTES_PER_S,
    sessions: config.MQTT_MAX_SESSIONS,
    queuedMessages: config.MQTT_MAX_QUEUED_MESSAGES,
    retainedMessages: config.MQTT_MAX_RETAINED_MESSAGES,
  };
}

/** Which variable moves the limit behind a refusal. */
export const VARIABLE: Readonly<Record<string, string>> = {
  "frame-too-large": "MQTT_MAX_PACKET_BYTES",
  "topic-too-long": "MQTT_MAX_TOPIC_BYTES",
  "topic-too-deep": "MQTT_MAX_TOPIC_LEVELS",
  "client-id": "MQTT_MAX_CLIENT_ID_BYTES",
  "too-many": "MQTT_MAX_SUBSCRIPTIONS",
  "inflight-qos2": "MQTT_MAX_INFLIGHT_QOS2",
  connections: "MQTT_MAX_CONNECTIONS",
  "connections-per-ip": "MQTT_MAX_CONNECTIONS_PER_IP",
  "connections-per-device": "MQTT_MAX_CONNECTIONS_PER_DEVICE",
  "connect-rate": "MQTT_MAX_CONNECTS_PER_S or MQTT_MAX_CONNECT_WAIT_MS",
  "failed-sign-ins": "MQTT_MAX_FAILED_SIGN_INS",
  "message-rate": "MQTT_MAX_MESSAGES_PER_S or MQTT_MAX_BYTES_PER_S",
  "message-rate-abuse": "MQTT_MAX_MESSAGES_PER_S or MQTT_MAX_BYTES_PER_S",
  session: "MQTT_MAX_SESSIONS",
  queue: "MQTT_MAX_QUEUED_MESSAGES",
  retained: "MQTT_MAX_RETAINED_MESSAGES",
  origin: "MQTT_WS_ORIGINS",
};

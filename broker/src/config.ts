import { dataDir, host, logLevel, port } from "@millwright/shared/config";
import { z } from "zod";
import { limitSchemas } from "./limits.ts";

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
  ...limitSchemas,
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

/** Which variable moves the limit behind a refusal. */
export const VARIABLE: Readonly<Record<string, string>> = {
  "frame-too-large": "MQTT_MAX_PACKET_BYTES or, before CONNECT, MQTT_MAX_BYTES_BEFORE_CONNECT",
  "connect-timeout": "MQTT_CONNECT_TIMEOUT_MS",
  "drain-timeout": "MQTT_DRAIN_TIMEOUT_MS",
  "too-many-filters": "MQTT_MAX_FILTERS_PER_PACKET",
  backlog: "MQTT_MAX_BACKLOG_BYTES",
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
  "message-rate-abuse": "MQTT_MAX_OVER_RATE_MS",
  session: "MQTT_MAX_SESSIONS",
  queue: "MQTT_MAX_QUEUED_MESSAGES or MQTT_MAX_QUEUED_BYTES",
  retained: "MQTT_MAX_RETAINED_MESSAGES or MQTT_MAX_RETAINED_BYTES",
  origin: "MQTT_WS_ORIGINS",
};

import { z } from "zod";
import { count } from "../config.ts";

/**
 * The limits that firmware must know, by the variable that sets them: the broker enforces them, the portal tells them
 * (`/api/mqtt.json`). `fallback` is the default, `least` and `most` are what an operator may set.
 */
const table = {
  MQTT_MAX_PACKET_BYTES: {
    fallback: 262_144,
    least: 1_024,
    most: 16_777_216,
    what: "largest packet, bytes (4,096 before CONNACK)",
    beyond: "closed",
  },
  MQTT_MAX_TOPIC_BYTES: {
    fallback: 256,
    least: 64,
    most: 65_535,
    what: "topic or filter, bytes",
    beyond: "closed",
  },
  MQTT_MAX_TOPIC_LEVELS: {
    fallback: 10,
    least: 6,
    most: 90,
    what: "topic or filter, levels",
    beyond: "closed",
  },
  MQTT_MAX_CLIENT_ID_BYTES: {
    fallback: 64,
    least: 1,
    most: 1_024,
    what: "client id, bytes",
    beyond: "CONNACK 2",
  },
  MQTT_MAX_SUBSCRIPTIONS: {
    fallback: 20,
    least: 1,
    most: 1_000,
    what: "subscriptions of a connection",
    beyond: "SUBACK 0x80",
  },
  MQTT_MAX_INFLIGHT_QOS2: {
    fallback: 100,
    least: 1,
    most: 65_535,
    what: "unfinished QoS 2 handshakes",
    beyond: "closed",
  },
  MQTT_MAX_KEEPALIVE_S: {
    fallback: 600,
    least: 10,
    most: 43_690,
    what: "keep-alive, seconds",
    beyond: "a longer one, or none, counts as this",
  },
  MQTT_MAX_CONNECTIONS_PER_DEVICE: {
    fallback: 20,
    least: 1,
    most: 1_000_000,
    what: "connections of one device",
    beyond: "CONNACK 3",
  },
  MQTT_MAX_MESSAGES_PER_S: {
    fallback: 5_000,
    least: 1,
    most: 10_000_000,
    what: "messages a second of one device",
    beyond: "slowed down",
  },
  MQTT_MAX_BYTES_PER_S: {
    fallback: 5_242_880,
    least: 1_024,
    most: 10_000_000_000,
    what: "bytes a second of one device",
    beyond: "slowed down",
  },
  MQTT_MAX_SESSIONS: {
    fallback: 8,
    least: 1,
    most: 10_000,
    what: "kept sessions of one device",
    beyond: "the oldest goes",
  },
  MQTT_MAX_QUEUED_MESSAGES: {
    fallback: 1_000,
    least: 1,
    most: 100_000,
    what: "commands waiting for a device that is away",
    beyond: "the oldest go",
  },
};

export type LimitVariable = keyof typeof table;
export type DeviceLimits = Record<LimitVariable, number>;

/** What each limits, and what happens beyond it. */
export const LIMIT_MEANINGS: Record<LimitVariable, { what: string; beyond: string }> = table;

/** For a program's config. */
export const limitVariables = Object.fromEntries(
  Object.entries(table).map(([variable, { fallback, least, most }]) => [
    variable,
    count(fallback, most, least),
  ]),
) as Record<LimitVariable, ReturnType<typeof count>>;

export const DEFAULT_LIMITS: DeviceLimits = z.object(limitVariables).parse({});

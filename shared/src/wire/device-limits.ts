import { z } from "zod";

/** A whole number; the broker, which enforces it, says what is wrong with a bad one. */
const whole = (fallback: number) => z.coerce.number().int().positive().catch(fallback).default(fallback);

/** Limits of the device side that firmware must know, by the variable that sets them; the broker enforces the same. */
export const limitVariables = {
  MQTT_MAX_PACKET_BYTES: whole(262_144),
  MQTT_MAX_TOPIC_BYTES: whole(256),
  MQTT_MAX_TOPIC_LEVELS: whole(10),
  MQTT_MAX_CLIENT_ID_BYTES: whole(64),
  MQTT_MAX_SUBSCRIPTIONS: whole(20),
  MQTT_MAX_INFLIGHT_QOS2: whole(100),
  MQTT_MAX_KEEPALIVE_S: whole(600),
  MQTT_MAX_CONNECTIONS_PER_DEVICE: whole(20),
  MQTT_MAX_MESSAGES_PER_S: whole(5_000),
  MQTT_MAX_BYTES_PER_S: whole(5_242_880),
  MQTT_MAX_SESSIONS: whole(8),
  MQTT_MAX_QUEUED_MESSAGES: whole(1_000),
};

export type LimitVariable = keyof typeof limitVariables;
export type DeviceLimits = Record<LimitVariable, number>;

export const DEFAULT_LIMITS: DeviceLimits = z.object(limitVariables).parse({});

/** What each limits, and what happens beyond it. */
export const LIMIT_MEANINGS: Record<LimitVariable, { what: string; beyond: string }> = {
  MQTT_MAX_PACKET_BYTES: { what: "largest packet, bytes (4,096 before CONNACK)", beyond: "closed" },
  MQTT_MAX_TOPIC_BYTES: { what: "topic or filter, bytes", beyond: "closed" },
  MQTT_MAX_TOPIC_LEVELS: { what: "topic or filter, levels", beyond: "closed" },
  MQTT_MAX_CLIENT_ID_BYTES: { what: "client id, bytes", beyond: "CONNACK 2" },
  MQTT_MAX_SUBSCRIPTIONS: { what: "subscriptions of a connection", beyond: "SUBACK 0x80" },
  MQTT_MAX_INFLIGHT_QOS2: { what: "unfinished QoS 2 handshakes", beyond: "closed" },
  MQTT_MAX_KEEPALIVE_S: { what: "keep-alive, seconds", beyond: "a longer one, or none, counts as this" },
  MQTT_MAX_CONNECTIONS_PER_DEVICE: { what: "connections of one device", beyond: "CONNACK 3" },
  MQTT_MAX_MESSAGES_PER_S: { what: "messages a second of one device", beyond: "slowed down" },
  MQTT_MAX_BYTES_PER_S: { what: "bytes a second of one device", beyond: "slowed down" },
  MQTT_MAX_SESSIONS: { what: "kept sessions of one device", beyond: "the oldest goes" },
  MQTT_MAX_QUEUED_MESSAGES: { what: "commands waiting for a device that is away", beyond: "the oldest go" },
};

import { count } from "@millwright/shared/config";
import { DEFAULT_LIMITS, type LimitVariable, limitVariables } from "@millwright/shared/wire/device-limits";

/** A limit that only the broker knows. */
const own = <V extends string>(variable: V, fallback: number, most: number, least = 1) => ({
  variable,
  fallback,
  schema: count(fallback, most, least),
});

/** One that firmware has to know too: it stands in shared/src/wire/device-limits.ts. */
const firmware = <V extends LimitVariable>(variable: V) => ({
  variable,
  fallback: DEFAULT_LIMITS[variable],
  schema: limitVariables[variable],
});

/**
 * What one device may ask of the broker. Without them one faulty or hostile client costs all others their service.
 * Each is set by its variable, described in .env.example; reached, it is counted under a reason (limits.table.test.ts).
 */
const table = {
  /** A CONNECT with will, user name and password fits easily; an unknown peer can make us hold no more. */
  bytesBeforeConnect: own("MQTT_MAX_BYTES_BEFORE_CONNECT", 4_096, 65_536, 256),
  /** Aedes has no limit of its own: a peer could declare and stream 256 MB. */
  packetBytes: firmware("MQTT_MAX_PACKET_BYTES"),
  /** From accept to a whole CONNECT; a socket that says nothing holds a slot no longer. */
  connectTimeoutMs: own("MQTT_CONNECT_TIMEOUT_MS", 5_000, 60_000, 100),
  /** A subscriber that takes nothing for this long is cut off; until then it blocks deliveries to others. */
  drainTimeoutMs: own("MQTT_DRAIN_TIMEOUT_MS", 5_000, 60_000, 100),
  /** Half-finished QoS 2 handshakes of a session. */
  inflightQos2: firmware("MQTT_MAX_INFLIGHT_QOS2"),
  topicBytes: firmware("MQTT_MAX_TOPIC_BYTES"),
  topicLevels: firmware("MQTT_MAX_TOPIC_LEVELS"),
  clientIdBytes: firmware("MQTT_MAX_CLIENT_ID_BYTES"),
  /** Of a session. */
  subscriptions: firmware("MQTT_MAX_SUBSCRIPTIONS"),
  /** In one SUBSCRIBE or UNSUBSCRIBE; the answer has a code for each, so a packet could ask for 65,000. */
  filtersPerPacket: own("MQTT_MAX_FILTERS_PER_PACKET", 100, 10_000),
  /** A connection costs about 28 kB. */
  connections: own("MQTT_MAX_CONNECTIONS", 15_000, 1_000_000),
  /** High, since a whole plant may stand behind one address. */
  connectionsPerIp: own("MQTT_MAX_CONNECTIONS_PER_IP", 12_000, 1_000_000),
  /** One, and a few that died without a word. */
  connectionsPerDevice: firmware("MQTT_MAX_CONNECTIONS_PER_DEVICE"),
  /** Sign-ins; above it a storm would starve who is connected. The others wait their turn. */
  connectsPerS: own("MQTT_MAX_CONNECTS_PER_S", 2_000, 1_000_000),
  /** Then it is told to come later, before firmware gives up by itself (ESP-IDF after 10 s). */
  connectWaitMs: own("MQTT_MAX_CONNECT_WAIT_MS", 8_000, 600_000),
  /** Of one address or user name before answers are delayed, longer each time. */
  failedSignIns: own("MQTT_MAX_FAILED_SIGN_INS", 20, 1_000_000),
  /** Of a device: above what a gateway that catches up sends. */
  messagesPerS: firmware("MQTT_MAX_MESSAGES_PER_S"),
  bytesPerS: firmware("MQTT_MAX_BYTES_PER_S"),
  /** A device that is slowed down without a pause for this long is cut off: it is broken, or means harm. */
  abuseMs: own("MQTT_MAX_OVER_RATE_MS", 600_000, 86_400_000, 100),
  /** Received and not yet committed, all connections together: what a journal that hangs may cost in memory. */
  backlogBytes: own("MQTT_MAX_BACKLOG_BYTES", 134_217_728, 10_000_000_000, 65_536),
  /**
   * A device that asks for none or for more is taken to have asked for this, and one that asks for less than the least
   * for the least: a dead link holds no slot for days, and MQTT 3.1.1 cannot answer with another value. Such a device
   * has to say something every 1.5 × this.
   */
  keepaliveS: firmware("MQTT_MAX_KEEPALIVE_S"),
  leastKeepaliveS: own("MQTT_MIN_KEEPALIVE_S", 10, 600),
  /** Of a device: it has one or two; clients with random ids that keep their sessions leave thousands. */
  sessions: firmware("MQTT_MAX_SESSIONS"),
  /** For a session that is away. The oldest go first: a month-old command helps nobody. */
  queuedMessages: firmware("MQTT_MAX_QUEUED_MESSAGES"),
  queuedBytes: own("MQTT_MAX_QUEUED_BYTES", 1_048_576, 1_073_741_824, 1_024),
  /** Of a device: 20,000 retained topics of one client cost the others their memory. */
  retainedMessages: own("MQTT_MAX_RETAINED_MESSAGES", 100, 100_000),
  retainedBytes: own("MQTT_MAX_RETAINED_BYTES", 262_144, 1_073_741_824, 1_024),
};

export type Limits = Record<keyof typeof table, number>;
type Variable = (typeof table)[keyof typeof table]["variable"];

const entries = Object.entries(table);

export const limits = Object.fromEntries(entries.map(([name, { fallback }]) => [name, fallback])) as Limits;

/** For the broker's config. */
export const limitSchemas = Object.fromEntries(
  entries.map(([, { variable, schema }]) => [variable, schema]),
) as Record<Variable, ReturnType<typeof count>>;

export function limitsOf(config: Record<Variable, number>): Limits {
  return Object.fromEntries(entries.map(([name, { variable }]) => [name, config[variable]])) as Limits;
}

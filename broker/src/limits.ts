/**
 * What one device may ask of the broker. Without them one faulty or hostile client costs all others their service.
 * Those with a variable are set by the environment, see config.ts and .env.example.
 */
export const limits = {
  /** A CONNECT with will, user name and password fits easily; an unknown peer can make us hold no more. */
  bytesBeforeConnect: 4_096,
  /** MQTT_MAX_PACKET_BYTES. Aedes has no limit of its own: a peer could declare and stream 256 MB. */
  packetBytes: 262_144,
  /** From accept to a whole CONNECT; a socket that says nothing holds a slot no longer. */
  connectTimeoutMs: 5_000,
  /** A subscriber that takes nothing for this long is cut off; until then it blocks deliveries to others. */
  drainTimeoutMs: 5_000,
  /** MQTT_MAX_INFLIGHT_QOS2: half-finished QoS 2 handshakes of a session. */
  inflightQos2: 100,
  /** MQTT_MAX_TOPIC_BYTES, MQTT_MAX_TOPIC_LEVELS */
  topicBytes: 256,
  topicLevels: 10,
  /** MQTT_MAX_CLIENT_ID_BYTES */
  clientIdBytes: 64,
  /** MQTT_MAX_SUBSCRIPTIONS of a session. */
  subscriptions: 20,
  /** In one SUBSCRIBE or UNSUBSCRIBE; the answer has a code for each, so a packet could ask for 65,000. */
  filtersPerPacket: 100,
  /** MQTT_MAX_CONNECTIONS: a connection costs about 20 kB. */
  connections: 15_000,
  /** MQTT_MAX_CONNECTIONS_PER_IP: high, since a whole plant may stand behind one address. */
  connectionsPerIp: 12_000,
  /** MQTT_MAX_CONNECTIONS_PER_DEVICE: one, and a few that died without a word. */
  connectionsPerDevice: 20,
  /** MQTT_MAX_CONNECTS_PER_S: sign-ins; above it a storm would starve who is connected. The others wait their turn. */
  connectsPerS: 2_000,
  /** MQTT_MAX_CONNECT_WAIT_MS: then it is told to come later, before firmware gives up by itself (ESP-IDF after 10 s). */
  connectWaitMs: 8_000,
  /** MQTT_MAX_FAILED_SIGN_INS of one address or user name before answers are delayed, longer each time. */
  failedSignIns: 20,
  /** MQTT_MAX_MESSAGES_PER_S, MQTT_MAX_BYTES_PER_S of a device: above what a gateway that catches up sends. */
  messagesPerS: 5_000,
  bytesPerS: 5_242_880,
  /** A device that is slowed down without a pause for this long is cut off: it is broken, or means harm. */
  abuseMs: 600_000,
  /** Received and not yet committed, all connections together: what a journal that hangs may cost in memory. */
  backlogBytes: 134_217_728,
  /**
   * MQTT_MAX_KEEPALIVE_S. A device that asks for none or for more is taken to have asked for this, and one that asks
   * for less than the least for the least: a dead link holds no slot for days, and MQTT 3.1.1 cannot answer with
   * another value. Such a device has to say something every 1.5 × this.
   */
  keepaliveS: 600,
  leastKeepaliveS: 10,
  /** MQTT_MAX_SESSIONS of a device: it has one or two; clients with random ids that keep their sessions leave thousands. */
  sessions: 8,
  /** MQTT_MAX_QUEUED_MESSAGES for a session that is away. The oldest go first: a month-old command helps nobody. */
  queuedMessages: 1_000,
  queuedBytes: 1_048_576,
  /** MQTT_MAX_RETAINED_MESSAGES of a device: 20,000 retained topics of one client cost the others their memory. */
  retainedMessages: 100,
  retainedBytes: 262_144,
  /** A revoked credential ends its connection within one round. */
  revocationCheckMs: 250,
};

export type Limits = typeof limits;

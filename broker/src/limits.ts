/** What one device may ask of the broker. Without them one faulty or hostile client costs all others their service. */
export const limits = {
  /** A CONNECT with will, user name and password fits easily; an unknown peer can make us hold no more. */
  bytesBeforeConnect: 4_096,
  /** Largest MQTT packet of a device. Aedes has no limit of its own: a peer could declare and stream 256 MB. */
  packetBytes: 262_144,
  /** From accept to a whole CONNECT; a socket that says nothing holds a slot no longer. */
  connectTimeoutMs: 5_000,
  /** A subscriber that takes nothing for this long is cut off; until then it blocks deliveries to others. */
  drainTimeoutMs: 5_000,
  /** Half-finished QoS 2 handshakes per client. */
  inflightQos2: 100,
  topicBytes: 256,
  topicLevels: 10,
  clientIdBytes: 128,
  subscriptions: 20,
  connections: 10_000,
  /** Received and not yet committed, all connections together: what a journal that hangs may cost in memory. */
  backlogBytes: 134_217_728,
  /** A device that asks for no or a longer keep-alive is taken to have asked for this: a dead link holds no slot for days. */
  keepaliveS: 3_600,
  /** A revoked credential ends its connection within one round. */
  revocationCheckMs: 250,
} as const;

/** What is kept for stored sessions. */
export const sessionLimits = {
  inflightQos2: limits.inflightQos2,
  /** A device has one or two sessions; stock clients with random ids and no clean session would leave thousands. */
  sessions: 8,
  /** Commands that wait for a device that is away. The oldest go first: a month-old command helps nobody. */
  queuedMessages: 1_000,
  queuedBytes: 1_048_576,
  /** For each device: 20,000 retained topics of one client cost others their memory. */
  retainedMessages: 100,
  retainedBytes: 262_144,
};

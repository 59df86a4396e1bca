import { EventEmitter } from "node:events";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { Failure } from "@millwright/shared/failure";
import type { Log } from "@millwright/shared/log";
import { Aedes, type Client, type PublishPacket, type Subscription } from "aedes";
import { ConnectRefused } from "./authenticate.ts";
import { createBacklog } from "./backlog.ts";
import { deliverTo, noteSent } from "./deliver.ts";
import { guardFrames } from "./frame-guard.ts";
import type { Limits } from "./limits.ts";
import type { ClientInside } from "./link.ts";
import type { Listening } from "./listen.ts";
import { listen } from "./listen.ts";
import type { Metrics } from "./metrics.ts";
import type { Packet } from "./persistence/packet.ts";
import { SessionPersistence } from "./persistence/persistence.ts";
import { isRepeat, renameRepeated } from "./repeated-filters.ts";

/** The one topic nobody may subscribe, by which the Paho interoperability suite tests a refusal. */
const NO_SUBSCRIBE = "test/nosubscribe";
const BROKERS_OWN = "$SYS/";

type Done = (error?: Error) => void;

const parserOf = (client: Client) => (client as ClientInside)._parser;

/** A port for suites written elsewhere: nothing of it may ever be reached in production. */
export function demandTestListenerAllowed(nodeEnv: string | undefined): void {
  if (nodeEnv !== "production") return;
  throw new Failure(
    "invalid",
    "MQTT_TEST_LISTENER_PORT is for test suites and refused when NODE_ENV=production.",
    {
      field: "MQTT_TEST_LISTENER_PORT",
    },
  );
}

/** What waits for the session file and for slow subscribers: beyond, nobody is read on until it is less. */
const MOST_PENDING_BYTES = 8_388_608;

/** Suites test the protocol's limits, not ours; what is kept stays bounded all the same. */
const suiteLimits = (limits: Limits) => ({
  ...limits,
  bytesBeforeConnect: limits.packetBytes,
  topicBytes: 65_535,
  topicLevels: 100,
  inflightQos2: 1_000,
  sessions: 256,
  queuedBytes: 262_144,
  retainedMessages: 10_000,
  retainedBytes: 16_777_216,
});

/** Routes among its clients, all of them the same user. */
class TestBroker extends Aedes {
  private readonly nameless = new WeakSet<Client>();

  constructor(
    private readonly sessions: SessionPersistence,
    limits: Limits,
  ) {
    super({
      persistence: sessions,
      concurrency: 0,
      connectTimeout: limits.connectTimeoutMs,
      drainTimeout: limits.drainTimeoutMs,
      maxInflightInbound: limits.inflightQos2,
      maxClientsIdLength: 65_535,
      queueLimit: 32_768,
    });
    this.preConnect = (client, packet, callback) => {
      // Without an id there is nothing to keep a session under (MQTT-3.1.3-8); MQTT 3.1 always wants one.
      if (packet.clientId === "" && (packet.clean === false || packet.protocolVersion === 3))
        this.nameless.add(client);
      callback(null, true);
    };
    this.authenticate = (client, _username, _password, done) => {
      if (this.nameless.has(client)) done(new ConnectRefused("client-id"), false);
      else done(null, true);
    };
    this.authorizePublish = (_client, packet, done) => this.keepRetained(packet, done);
    this.authorizeSubscribe = (_client, subscription, done) =>
      done(null, subscription.topic === NO_SUBSCRIBE ? null : subscription);
  }

  /** `$SYS` is the broker's own to publish: what clients send there is acknowledged and goes nowhere. */
  override publish(packet: PublishPacket, clientOrDone: Client | null | Done, done?: Done): void {
    if (typeof clientOrDone === "function") super.publish(packet, clientOrDone);
    else if (clientOrDone !== null && packet.topic.startsWith(BROKERS_OWN)) done?.();
    else if (packet.qos === 2) {
      // PUBREC first: a client that hears its own message would otherwise get it before.
      done?.();
      this.route(packet, clientOrDone, () => undefined);
    } else this.route(packet, clientOrDone, done);
  }

  /** What was to be retained already is. */
  private route(packet: PublishPacket, client: Client | null, done?: Done): void {
    Reflect.apply(super.publish, this, [{ ...packet, retain: false }, client, done]);
  }

  /** Before the acknowledgement, which aedes gives before it stores. */
  private keepRetained(packet: PublishPacket, done: (error?: Error | null) => void): void {
    if (!packet.retain || packet.topic.startsWith(BROKERS_OWN)) done(null);
    else this.sessions.storeRetained({ ...packet } as Packet).then(() => done(null), done);
  }
}

/**
 * A broker of its own beside the product's, on 127.0.0.1, for MQTT suites written elsewhere: the same frame guard,
 * deliveries and persistence, but messages are routed among the clients. Every client is the same user, whatever name
 * it gives, and may publish and subscribe everything except NO_SUBSCRIBE. Nothing reaches the journal. It has none of
 * the limits of pace and number that would slow a suite down.
 */
export async function startTestListener(options: {
  port: number;
  dataDir: string;
  limits: Limits;
  metrics: Metrics;
  log: Log;
}): Promise<Listening> {
  const { port, dataDir, metrics, log } = options;
  const backlog = createBacklog(MOST_PENDING_BYTES);
  const limits = suiteLimits(options.limits);
  const sessions = new SessionPersistence({
    file: join(dataDir, "test-sessions.db"),
    limits,
    dropped: (reason) => metrics.dropped.inc({ reason }),
    ownerOf: () => "everybody",
    storable: (filter) => filter !== NO_SUBSCRIBE && !isRepeat(filter),
    backlog,
    completes: { emptySession: NO_SUBSCRIBE, sent: noteSent },
  });
  const broker = new TestBroker(sessions, limits);
  broker.on("clientError", (_client, error) =>
    log.debug({ err: error }, "test connection ended with an error"),
  );
  // What aedes cannot hand to any client, for instance while it closes: without a listener it would end the process.
  EventEmitter.prototype.on.call(broker, "error", (error: Error) =>
    log.error({ err: error }, "sessions of the test listener could not be read"),
  );
  await broker.listen();
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    const guard = guardFrames(socket, {
      backlog,
      limits,
      refused: (reason) => metrics.framesRefused.inc({ reason }),
      slowed: () => undefined,
    });
    const client = broker.handle(socket);
    guard.unanswered = deliverTo(client, broker, sessions, backlog);
    parserOf(client).prependListener("packet", ({ subscriptions }: { subscriptions?: Subscription[] }) =>
      renameRepeated(subscriptions ?? []),
    );
  });
  const listening = await listen(server, "127.0.0.1", port, "MQTT_TEST_LISTENER_PORT");
  log.warn({ port: listening.port }, "test listener opened: whoever is on this machine may use it");
  return {
    ...listening,
    async close() {
      const closed = listening.close();
      for (const socket of open) socket.destroy();
      await closed;
      await new Promise<void>((resolve) => broker.close(() => resolve()));
      await sessions.destroy();
    },
  };
}

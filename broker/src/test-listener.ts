import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { Failure } from "@millwright/shared/failure";
import type { Log } from "@millwright/shared/log";
import { Aedes, type Client, type PublishPacket, type Subscription } from "aedes";
import { ConnectRefused } from "./authenticate.ts";
import type { Backlog } from "./backlog.ts";
import { guardFrames } from "./frame-guard.ts";
import type { Limits } from "./limits.ts";
import type { Listening } from "./listen.ts";
import { listen } from "./listen.ts";
import type { Metrics } from "./metrics.ts";
import type { Packet } from "./persistence/packet.ts";
import { SessionPersistence } from "./persistence/persistence.ts";

/** The one topic nobody may subscribe, by which the Paho interoperability suite tests a refusal. */
const NO_SUBSCRIBE = "test/nosubscribe";

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

/**
 * A broker of its own beside the product's, on 127.0.0.1, for MQTT suites written elsewhere: the same frame guard and
 * the same persistence, but messages are routed among the clients. Every client is the same user, whatever name it
 * gives, and may publish and subscribe everything except NO_SUBSCRIBE. Nothing reaches the journal.
 */
export async function startTestListener(options: {
  port: number;
  dataDir: string;
  backlog: Backlog;
  limits: Limits;
  metrics: Metrics;
  log: Log;
}): Promise<Listening> {
  const { port, dataDir, backlog, metrics, log } = options;
  // Suites test the protocol's own limits, not ours.
  const limits = { ...options.limits, topicBytes: 65_535, topicLevels: 100 };
  const sessions = new SessionPersistence({
    file: join(dataDir, "test-sessions.db"),
    limits: { ...limits, sessions: 10_000 },
    dropped: (reason) => metrics.dropped.inc({ reason }),
    storable: (filter) => filter !== NO_SUBSCRIBE,
    markDuplicates: true,
  });
  const broker = new Aedes({
    persistence: sessions,
    concurrency: 0,
    connectTimeout: limits.connectTimeoutMs,
    drainTimeout: limits.drainTimeoutMs,
    maxInflightInbound: limits.inflightQos2,
    maxClientsIdLength: 1_024,
    preConnect: (client, packet, callback) => {
      // Without an id there is nothing to keep a session under (MQTT-3.1.3-8); MQTT 3.1 always wants one.
      const nameless = packet.clientId === "" && (packet.clean === false || packet.protocolVersion === 3);
      if (nameless) refused.add(client);
      callback(null, true);
    },
    authenticate: (client, _username, _password, done) => {
      if (refused.has(client)) done(new ConnectRefused("client-id"), false);
      else done(null, true);
    },
    authorizePublish: (_client, packet, done) => keepRetained(packet, done),
    authorizeSubscribe: (_client: Client, subscription: Subscription, done) =>
      done(null, subscription.topic === NO_SUBSCRIBE ? null : subscription),
  });
  const refused = new WeakSet<Client>();

  /** Before the acknowledgement, which aedes gives before it stores. */
  function keepRetained(packet: PublishPacket, done: (error?: Error | null) => void): void {
    if (packet.topic.startsWith("$")) done(new Error("$ topics are the broker's own"));
    else if (!packet.retain) done(null);
    else sessions.storeRetained({ ...packet } as Packet).then(() => done(null), done);
  }

  broker.on("clientError", (_client, error) =>
    log.debug({ err: error }, "test connection ended with an error"),
  );
  await broker.listen();
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    guardFrames(socket, {
      backlog,
      limits,
      refused: (reason) => metrics.framesRefused.inc({ reason }),
      slowed: () => undefined,
    });
    broker.handle(socket);
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

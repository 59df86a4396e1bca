import { EventEmitter } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Clock, systemClock } from "@millwright/shared/clock";
import { PORTAL_DB } from "@millwright/shared/db/open";
import { Failure } from "@millwright/shared/failure";
import type { JournalWriter } from "@millwright/shared/journal/journal";
import { openSqliteJournal } from "@millwright/shared/journal/sqlite";
import { serveWake } from "@millwright/shared/journal/wake";
import { createLog, type Log } from "@millwright/shared/log";
import { createAcquaintance } from "./acquaintance.ts";
import { createAdmission } from "./admit.ts";
import { isRefused, REFUSED } from "./authorize.ts";
import { createBacklog } from "./backlog.ts";
import { DeviceBroker } from "./broker.ts";
import type { BrokerConfig } from "./config.ts";
import { createCredentialUse } from "./credential-use.ts";
import { openCredentials } from "./credentials.ts";
import { noteSent } from "./deliver.ts";
import { startDownlink } from "./downlink.ts";
import { limitBehind } from "./limit-behind.ts";
import { createLimitLog } from "./limit-log.ts";
import type { Limits } from "./limits.ts";
import { limitsOf } from "./limits.ts";
import { listenTcp, listenWebSocket } from "./listen.ts";
import { listenTls } from "./listen-tls.ts";
import { createMetrics } from "./metrics.ts";
import { SessionPersistence } from "./persistence/persistence.ts";
import { createPresence } from "./presence.ts";
import { createProvisioning } from "./provision.ts";
import { isRepeat } from "./repeated-filters.ts";
import { serveDoor } from "./serve-door.ts";
import { createSignIn } from "./sign-in.ts";
import { openState } from "./state.ts";
import { demandTestListenerAllowed, startTestListener } from "./test-listener.ts";
import { tlsFiles } from "./tls-files.ts";
import { createUplink } from "./uplink.ts";
import { publishLeftWills } from "./wills.ts";

export type StartOptions = {
  log?: Log;
  clock?: Clock;
  /** Instead of DATA_DIR/uplink.db. For tests that hold or fail a commit. */
  openUplink?: (file: string) => Promise<JournalWriter>;
  /** Default limits.backlogBytes. */
  maxBacklogBytes?: number;
  /** Instead of those the configuration gives: for controls, which show what a limit is for. */
  limits?: Partial<Limits>;
  /** Breaks the promise on purpose: the control of the loss test, which must then find losses. */
  ackBeforeCommit?: boolean;
  /** false breaks the promise on purpose: the control of the power cut, which must then find losses. */
  syncEachCommit?: boolean;
};

/** A revoked credential ends its connection within one round. */
const REVOCATION_CHECK_MS = 250;
const CLOSE_WITHIN_MS = 2_000;
const DRAIN_WITHIN_MS = 3_000;

export async function startBroker(config: BrokerConfig, options: StartOptions = {}) {
  const {
    log = createLog("broker", config.LOG_LEVEL),
    clock = systemClock,
    ackBeforeCommit = false,
  } = options;
  const dir = config.DATA_DIR;
  const undo: (() => unknown)[] = [];
  const unwind = async () => {
    for (const step of undo.reverse()) await step();
  };
  try {
    return await build();
  } catch (error) {
    await unwind();
    throw error;
  }

  async function build() {
    if (config.MQTT_TEST_LISTENER_PORT !== undefined) demandTestListenerAllowed(config.NODE_ENV);
    try {
      mkdirSync(dir, { recursive: true });
    } catch (cause) {
      throw new Failure("invalid", `DATA_DIR ${dir} cannot be written`, { cause, field: "DATA_DIR" });
    }
    const openUplink =
      options.openUplink ??
      ((file: string) =>
        openSqliteJournal({
          file,
          requiredReaders: ["ingest"],
          limitBytes: config.JOURNAL_MAX_MB * 1_048_576,
          syncEachCommit: options.syncEachCommit,
        }));
    const journal = await openUplink(join(dir, "uplink.db"));
    undo.push(() => journal.close());
    const state = openState(join(dir, "broker.db"));
    undo.push(() => state.close());
    const credentials = openCredentials(join(dir, PORTAL_DB), log, clock);
    undo.push(() => credentials.close());

    const limits = { ...limitsOf(config), ...options.limits };
    const now = () => performance.now();
    const told = createLimitLog(log, now);
    const metrics = createMetrics();
    const reached = (reason: string) => {
      metrics.limited.inc({ reason });
      told(reason);
    };
    const admission = createAdmission(limits, now);
    const provisioning = createProvisioning({ dataDir: dir, limits, metrics, told, now, log });
    const acquaintance = createAcquaintance(state.connected(), now);
    const signIn = createSignIn({
      credentials,
      admission,
      acquaintance,
      limits,
      metrics,
      told,
      now,
      provisioning,
    });
    const uses = createCredentialUse(state, clock);
    undo.push(() => uses.close());
    const backlog = createBacklog(options.maxBacklogBytes ?? limits.backlogBytes, () => reached("backlog"));
    const uplink = createUplink({ journal, backlog, clock, log, ackBeforeCommit });
    const sessions = new SessionPersistence({
      file: join(dir, "sessions.db"),
      limits,
      dropped: (reason) => {
        metrics.dropped.inc({ reason });
        told(reason);
      },
      storable: (filter) => !isRefused(filter) && !isRepeat(filter),
      completes: { emptySession: REFUSED, sent: noteSent },
    });
    const broker = new DeviceBroker({
      limits,
      signIn,
      admission,
      told,
      uplink,
      backlog,
      sessions,
      metrics,
      uses,
      provisioning,
    });
    const presence = createPresence(uplink, state, (deviceId) =>
      broker.endWhere((device) => device.deviceId === deviceId),
    );
    broker.usePresence(presence);
    broker.on("clientError", (_client, error) => {
      log.debug({ err: error }, "connection ended with an error");
      const limit = limitBehind(error);
      if (limit !== null) reached(limit);
    });
    broker.on("connectionError", (_client, error) =>
      log.debug({ err: error }, "connection ended before it signed in"),
    );
    EventEmitter.prototype.on.call(broker, "error", (error: Error) =>
      log.error({ err: error }, "sessions could not be read or written"),
    );
    await broker.listen();
    undo.push(() => sessions.destroy());
    await publishLeftWills(sessions, uplink);
    presence.recover();
    undo.push(drained);
    undo.push(() => broker.closeGently(CLOSE_WITHIN_MS));

    async function startTls() {
      const plain = { host: config.MQTT_HOST };
      if (isLoopback(config.MQTT_HOST))
        log.info(plain, "MQTT without TLS is open to this machine only; MQTT_HOST opens it to the network");
      else log.warn(plain, "MQTT without TLS is open to the network: tokens travel in the clear");
      if (config.MQTTS_PORT === undefined) return null;
      const refused = () => metrics.framesRefused.inc({ reason: "certificate" });
      const tlsOptions = {
        host: config.MQTTS_HOST ?? config.MQTT_HOST,
        port: config.MQTTS_PORT,
        files: tlsFiles(config),
        required: config.MQTT_TLS_REQUIRE_CERT,
        refused,
        clock,
        log,
      };
      return listenTls(broker, tlsOptions);
    }

    /** A journal that hangs must not keep us from ending: what it has not taken is unacknowledged, and comes again. */
    async function drained() {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, DRAIN_WITHIN_MS);
      });
      await Promise.race([uplink.whenDrained(), late]);
      clearTimeout(timer);
    }

    const wake = await serveWake({ dataDir: dir, door: "wake-uplink", journal, log });
    undo.push(() => wake.close());
    const tcp = await listenTcp(broker, config.MQTT_HOST, config.MQTT_PORT);
    undo.push(() => tcp.stopAccepting());
    const webSocket = await listenWebSocket(broker, config.MQTT_HOST, config.MQTT_WS_PORT, {
      limits,
      origins: config.MQTT_WS_ORIGINS,
      refused: (reason) => {
        metrics.framesRefused.inc({ reason });
        told(reason);
      },
    });
    undo.push(() => webSocket.stopAccepting());
    const tls = await startTls();
    undo.push(() => tls?.stopAccepting());

    const testPort = config.MQTT_TEST_LISTENER_PORT;
    const testListener =
      testPort === undefined
        ? null
        : await startTestListener({ port: testPort, dataDir: dir, limits, metrics, log });
    undo.push(() => testListener?.close());

    const revocations = setInterval(() => {
      if (!credentials.changed()) return;
      const ended = broker.endWhere((device) => !credentials.isLive(device.credentialId));
      if (ended === 0) return;
      metrics.revoked.inc(ended);
      log.info({ connections: ended }, "connections of revoked credentials ended");
    }, REVOCATION_CHECK_MS);
    undo.push(() => clearInterval(revocations));
    const downlink = startDownlink({ dataDir: dir, state, broker, metrics, log });
    undo.push(() => downlink.close());

    metrics.counted("messages_total", "Publishes of devices handed to the journal", () => broker.messages());
    metrics.gauge("connections", "Open connections", () => broker.connections());
    metrics.gauge("connects_waiting", "Connections that wait for their sign-in", () => broker.waiting());
    metrics.gauge("devices_connected", "Devices with at least one connection", () => presence.count());
    metrics.gauge(
      "sessions_stored",
      "Sessions kept for devices that come back",
      () => sessions.counts().sessions,
    );
    metrics.gauge(
      "messages_queued",
      "Messages that wait for stored sessions",
      () => sessions.counts().queued,
    );
    metrics.gauge("messages_retained", "Retained messages", () => sessions.counts().retained);
    metrics.gauge("uplink_head", "Sequence number of the newest committed record", () => journal.head());
    metrics.gauge("uplink_pending_bytes", "Received and not yet committed", () => backlog.bytes());
    metrics.gauge(
      "uplink_held_bytes",
      "Size of what the journal holds",
      () => journal.stats().heldBytes ?? 0,
    );
    metrics.gauge(
      "uplink_limit_bytes",
      "Size at which devices are refused",
      () => journal.stats().limitBytes ?? 0,
    );
    metrics.gauge("uplink_failed", "Records the journal could not store", () => uplink.failed());
    metrics.counted(
      "uplink_reopened_total",
      "Times the journal was opened anew after an I/O error",
      () => journal.stats().reopened ?? 0,
    );
    const health = () => ({
      ok: !uplink.failing() && credentials.available(),
      journal: uplink.failing() ? "cannot be written" : "ok",
      credentials: credentials.available() ? "ok" : "not there yet",
      connections: broker.connections(),
      head: journal.head(),
    });
    const door = await serveDoor(dir, {
      metrics,
      health,
      uses: uses.of,
      failed: (error) => log.error({ err: error }, "a question of another program could not be answered"),
    });
    undo.push(() => door.close());
    log.info({ mqttPort: tcp.port, wsPort: webSocket.port, head: journal.head() }, "broker started");

    let stopped: Promise<void> | null = null;
    /** Takes nothing more in, commits and acknowledges what it has, then closes. */
    async function stop() {
      broker.mute();
      await drained();
      await unwind();
      log.info({ head: journal.head() }, "broker stopped");
    }
    return {
      stop: () => {
        stopped ??= stop();
        return stopped;
      },
      mqttPort: tcp.port,
      wsPort: webSocket.port,
      tlsPort: tls?.port ?? null,
      testPort: testListener?.port ?? null,
    };
  }
}

const isLoopback = (host: string) => /^(127\.|::1$|localhost$)/.test(host);

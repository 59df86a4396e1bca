import { mkdirSync } from "node:fs";
import type { Server } from "node:http";
import { join } from "node:path";
import { createAdaptorServer } from "@hono/node-server";
import { systemClock } from "@millwright/shared/clock";
import { openPortalDb, PORTAL_DB, type PortalDb } from "@millwright/shared/db/open";
import { Failure } from "@millwright/shared/failure";
import { openSqliteReader } from "@millwright/shared/journal/reader";
import { connectWake } from "@millwright/shared/journal/wake";
import { createLog, type Log } from "@millwright/shared/log";
import { runDir } from "@millwright/shared/run-dir";
import { secretIn } from "@millwright/shared/secret-file";
import { remoteTelemetry } from "@millwright/shared/telemetry/remote";
import { tellChange } from "./access/changes.ts";
import { portalApp } from "./app.ts";
import type { PortalConfig } from "./config.ts";
import { askBroker } from "./credential-use.ts";
import { createProvisioner } from "./fleet/provision.ts";
import { createLiveHub } from "./live-hub.ts";
import { createMetrics } from "./metrics.ts";
import { pagesApp } from "./pages/app.tsx";
import { serveProvisionDoor } from "./provision-door.ts";
import { watchReadiness } from "./ready.ts";
import { type FindingsFollower, followFindings } from "./service-desk/findings.ts";
import { watchShelves } from "./service-desk/watch-shelves.ts";
import { createAuth } from "./sign-in/auth.ts";
import { createFirstAdministrator, needsFirstAdministrator } from "./sign-in/first-administrator.ts";

/** Builds the portal's parts and listens. Throws Failure with one sentence for what the operator can change. */
export async function startPortal(config: PortalConfig): Promise<{ stop(): Promise<void>; port: number }> {
  const log = createLog("portal", config.LOG_LEVEL);
  const db = openDatabase(config.DATA_DIR);
  const telemetry = remoteTelemetry({ dataDir: config.DATA_DIR, log });
  const auth = createAuth({ db, secret: authSecret(config.DATA_DIR), publicUrl: config.PUBLIC_URL });
  const live = createLiveHub({ db, telemetry, log });
  const clock = systemClock;
  const uses = askBroker(config.DATA_DIR);

  const given = { email: config.ADMIN_EMAIL, password: config.ADMIN_PASSWORD };
  const madeFirst = await createFirstAdministrator({ db, auth, clock }, given);
  if (madeFirst) log.info({ email: config.ADMIN_EMAIL }, "first administrator created");
  if (needsFirstAdministrator(db)) {
    log.warn("Nobody can sign in yet: set ADMIN_EMAIL and ADMIN_PASSWORD and start again.");
  }

  const findings = follow(config.DATA_DIR, db, log);
  const metrics = createMetrics({ db, live, dataDir: config.DATA_DIR, findings: findings.counts });
  const readiness = watchReadiness({ db, telemetry, findings, dataDir: config.DATA_DIR, clock });
  const deps = {
    db,
    telemetry,
    auth,
    live,
    uses,
    clock,
    log,
    mqtt: { host: config.MQTT_HOST, port: config.MQTT_PORT, limits: config },
    securityContact: config.SECURITY_CONTACT,
    publicUrl: config.PUBLIC_URL,
    metrics,
    readiness: readiness.now,
    outage: readiness.outage,
  };
  const door = await serveProvisionDoor(config.DATA_DIR, createProvisioner({ db, uses, clock }), log);
  const shelves = watchShelves({ db, clock, log });
  const stopParts = async () => {
    shelves.stop();
    await door.close();
    readiness.stop();
    await findings.stop();
    await live.stop();
    db.$client.close();
  };
  try {
    const server = await listen(portalApp(deps, pagesApp(deps)).fetch, config);
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : config.PORT;
    log.info({ port, host: config.HOST }, "portal started");
    return {
      port,
      async stop() {
        const closed = new Promise<void>((resolve) => server.close(() => resolve()));
        // Live streams would otherwise hold it open for ever; a page connects again.
        server.closeAllConnections();
        await closed;
        await stopParts();
        log.info("portal stopped");
      },
    };
  } catch (error) {
    await stopParts();
    throw error;
  }
}

function openDatabase(dataDir: string): PortalDb {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    return openPortalDb(join(dataDir, PORTAL_DB));
  } catch (cause) {
    throw new Failure("invalid", `DATA_DIR ${dataDir} cannot be used: ${(cause as Error).message}`, {
      cause,
      field: "DATA_DIR",
    });
  }
}

/** Signs the session cookies; kept, so that a restart signs nobody out. */
function authSecret(dataDir: string): string {
  return secretIn(join(runDir(dataDir), "auth-secret"));
}

function follow(dataDir: string, db: PortalDb, log: Log): FindingsFollower {
  let report: (seq: number) => void = () => undefined;
  const follower = followFindings({
    db,
    reader: openSqliteReader(join(dataDir, "findings.db")),
    log,
    onApplied: ({ assetId, customerId }) => {
      tellChange(db, { what: "alarms", assetId, customerId });
      tellChange(db, { what: "tickets", assetId, customerId });
    },
    report: (seq) => report(seq),
  });
  const wake = connectWake({
    dataDir,
    door: "wake-findings",
    reader: "portal",
    log,
    onHead: () => follower.wake(),
  });
  report = wake.report;
  wake.report(follower.offset());
  return {
    ...follower,
    async stop() {
      await follower.stop();
      wake.close();
    },
  };
}

function listen(
  fetch: Parameters<typeof createAdaptorServer>[0]["fetch"],
  config: PortalConfig,
): Promise<Server> {
  const server = createAdaptorServer({
    fetch,
    // A client that sends its request drop by drop must not hold a socket for ever.
    serverOptions: { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 10_000 },
  }) as Server;
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(listenFailure(error, config)));
    server.listen(config.PORT, config.HOST, () => resolve(server));
  });
}

function listenFailure(error: NodeJS.ErrnoException, { PORT, HOST }: PortalConfig): Failure {
  const sentence: Record<string, string> = {
    EADDRINUSE: `Port ${PORT} (PORT) is already in use.`,
    EACCES: `Port ${PORT} (PORT) needs rights this user does not have.`,
    EADDRNOTAVAIL: `${HOST} (HOST) is not an address of this machine.`,
    ENOTFOUND: `${HOST} (HOST) is not an address of this machine.`,
  };
  const message =
    sentence[error.code ?? ""] ?? `The portal cannot listen on ${HOST}:${PORT}: ${error.message}`;
  return new Failure("conflict", message, { cause: error });
}

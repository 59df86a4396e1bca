import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { readConfig } from "@millwright/shared/config";
import { Failure } from "@millwright/shared/failure";
import { brokerConfig } from "../broker/src/config.ts";
import { ingestConfig } from "../ingest/src/config.ts";
import { portalConfig } from "../portal/src/config.ts";
import { demoSignIns, seedDemo } from "./demo.ts";
import { preflight } from "./preflight.ts";
import type { ProgramName } from "./programs.ts";
import { type Supervisor, type SupervisorEvent, supervise } from "./supervise.ts";

/**
 * `pnpm serve` starts portal, broker and ingest and keeps them running; `pnpm start` (--demo) also seeds the
 * demo plant once and runs its simulated fleet.
 */
const READY_MS = 120_000;
/** Readers before what they read: nobody reports a peer lost that is only leaving. */
const STOP_ORDER: readonly ProgramName[] = ["device-sim", "portal", "ingest", "broker"];

const say = (line: string) => process.stdout.write(`${line}\n`);

/** Resolves when the person or the system asks the product to end. */
function askedToStop(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve());
  });
}

function tell(event: SupervisorEvent, fail: (reason: string) => void): void {
  if (event.kind === "died") {
    const seconds = (event.againInMs / 1000).toFixed(event.againInMs < 1000 ? 2 : 0);
    say(
      `${event.program} stopped (${event.how}). The others keep running; it is started again in ${seconds} s.`,
    );
  }
  if (event.kind === "failed") fail(`${event.program} could not start (${event.how}).`);
}

type Readiness = { ready: boolean; [part: string]: unknown };

async function untilReady(url: string, stopped: () => boolean): Promise<void> {
  const deadline = performance.now() + READY_MS;
  let last = "the portal did not answer";
  while (performance.now() < deadline) {
    if (stopped()) return;
    try {
      const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2000) });
      if (response.ok) return;
      last = JSON.stringify((await response.json()) as Readiness);
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    await delay(150);
  }
  throw new Failure("unavailable", `The product was not ready after ${READY_MS / 1000} s: ${last}`);
}

async function main(): Promise<number> {
  const demo = process.argv.includes("--demo");
  // The demo speaks to a person at a terminal: errors only. A server's log is for its collector.
  const environment: NodeJS.ProcessEnv = {
    ...process.env,
    LOG_LEVEL: process.env.LOG_LEVEL || (demo ? "error" : "info"),
  };
  const broker = readConfig(brokerConfig, environment);
  readConfig(ingestConfig, environment);
  const portal = readConfig(portalConfig, environment);
  const url = `http://${portal.HOST === "0.0.0.0" || portal.HOST === "::" ? "127.0.0.1" : portal.HOST}:${portal.PORT}`;
  await preflight({
    dataDir: portal.DATA_DIR,
    ports: [
      { variable: "PORT", port: portal.PORT, host: portal.HOST },
      { variable: "MQTT_PORT", port: broker.MQTT_PORT, host: broker.MQTT_HOST },
      { variable: "MQTT_WS_PORT", port: broker.MQTT_WS_PORT, host: broker.MQTT_HOST },
      ...(broker.MQTTS_PORT === undefined
        ? []
        : [{ variable: "MQTTS_PORT", port: broker.MQTTS_PORT, host: broker.MQTT_HOST }]),
    ],
  });

  let failure: string | null = null;
  let stopNow = () => {};
  const failed = new Promise<void>((resolve) => {
    stopNow = resolve;
  });
  const end = Promise.race([askedToStop(), failed]);
  let ended = false;
  void end.then(() => {
    ended = true;
  });

  const supervisor: Supervisor = supervise(environment, (event) =>
    tell(event, (reason) => {
      failure = reason;
      stopNow();
    }),
  );
  say("Starting portal, broker and ingest …");
  for (const program of ["portal", "broker", "ingest"] as const) supervisor.start(program);
  try {
    await Promise.race([untilReady(url, () => ended), end]);
    if (!ended && demo) await startDemo(environment, portal.DATA_DIR, url, broker, supervisor, end);
    if (!ended) {
      say(
        `\nMillwright is running.\n  Portal  ${portal.PUBLIC_URL}\n  MQTT    ${broker.MQTT_HOST}:${broker.MQTT_PORT}   WebSocket ${broker.MQTT_HOST}:${broker.MQTT_WS_PORT}${broker.MQTT_HOST === "127.0.0.1" ? "   (this machine only; MQTT_HOST opens it)" : ""}`,
      );
      if (demo) say(demoSignIns(portal.DATA_DIR));
      say("  Ctrl-C stops everything. The data stays.\n");
    }
    await end;
  } finally {
    say("Stopping …");
    await supervisor.stop(STOP_ORDER);
  }
  if (failure) throw new Failure("unavailable", failure);
  say("Stopped.");
  return 0;
}

async function startDemo(
  environment: NodeJS.ProcessEnv,
  dataDir: string,
  url: string,
  broker: { MQTT_HOST: string; MQTT_PORT: number },
  supervisor: Supervisor,
  end: Promise<void>,
): Promise<void> {
  const stateFile = join(dataDir, "demo.json");
  const mqtt = `${broker.MQTT_HOST === "0.0.0.0" ? "127.0.0.1" : broker.MQTT_HOST}:${broker.MQTT_PORT}`;
  const seeded = existsSync(stateFile) && JSON.parse(readFileSync(stateFile, "utf8")).complete === true;
  if (!seeded) {
    say("First start: setting up the demo plant and its last 30 days. This takes about a minute.");
    if (!(await seedDemo({ environment, url, mqtt, stateFile, end }))) return;
  }
  supervisor.start("device-sim", ["live", "--state", stateFile, "--mqtt", mqtt]);
}

try {
  process.exitCode = await main();
} catch (error) {
  const sentence =
    error instanceof Failure
      ? error.message
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error);
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 1;
}

import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { FILES_BESIDES, openFilesAllowed } from "../../broker/src/file-limit.ts";
import { spawnBroker } from "../../broker/src/testing/spawn-broker.ts";
import { testBed } from "../../broker/src/testing/test-bed.ts";
import { until } from "../../stories/support/wait.ts";
import { type GoodTry, type StormReport, startFleet, startGoodDevice } from "./fleet.ts";

const GIVE_UP_MS = 120_000;
/** What mqtt.js waits between two tries. */
const RETRY_MS = 1_000;
const GOOD_EACH_MS = 250;

export type Storm = { report: StormReport; good: GoodTry[] };

/** Says what to do when this process, or a broker it starts, may not open that many sockets; else null. */
export function tooFewFiles(devices: number): string | null {
  const allowed = openFilesAllowed();
  if (allowed === null || allowed >= devices + FILES_BESIDES) return null;
  return `${devices} devices need ${devices + FILES_BESIDES} open files, ${allowed} are allowed: ulimit -n ${devices + FILES_BESIDES}`;
}

/**
 * A broker of its own (a process, with real sign-in) with `devices` devices that all connect at once, and beside them
 * one good device that connects again and again with a stock client, from the same address. Ended whatever happens.
 */
export async function withStorm<T>(
  devices: number,
  settings: Record<string, string>,
  use: (storm: StormBed) => Promise<T>,
): Promise<T> {
  const bed = testBed();
  const undo: (() => Promise<unknown>)[] = [];
  try {
    const tokens = bed
      .db()
      .$client.transaction(() =>
        Array.from({ length: devices + 1 }, (_, i) => bed.addDevice(`storm-${i}`).token),
      )();
    const port = await freePort();
    const start = () =>
      spawnBroker(bed.dataDir, "main.ts", [], { LOG_LEVEL: "info", ...settings, MQTT_PORT: String(port) });
    let broker = await start();
    undo.push(async () => {
      broker.child.kill("SIGTERM");
      await broker.exited;
    });
    const good = startGoodDevice({ port, token: tokens[devices]!, everyMs: GOOD_EACH_MS });
    undo.push(good.end);
    await until("the good device to be known", () => good.tries.length > 1);
    const idleBytes = rssOf(broker.child.pid!);
    let fleet: ReturnType<typeof startFleet> | null = null;
    undo.push(async () => fleet?.end());

    /** Waits until all are in; with what the good device saw meanwhile. */
    async function weathered(): Promise<Storm> {
      // A try that began while there was no broker says nothing about it.
      const fromMs = Date.now();
      const report = await fleet!.allIn(GIVE_UP_MS);
      if (report === null) throw new Error(`not all of ${devices} devices came back in ${GIVE_UP_MS} ms`);
      const backAtMs = Date.now();
      await until("the good device's last try", () => (good.tries.at(-1)?.atMs ?? 0) > backAtMs, 30_000);
      return { report, good: good.tries.slice(0, -1).filter(({ atMs }) => atMs >= fromMs) };
    }

    return await use({
      idleBytes,
      rss: () => rssOf(broker.child.pid!),
      async storm() {
        fleet = startFleet({
          port,
          tokens: tokens.slice(0, devices),
          sources: ["127.0.0.1"],
          retryMs: RETRY_MS,
        });
        return weathered();
      },
      async killed() {
        broker.child.kill("SIGKILL");
        await broker.exited;
        broker = await start();
        return weathered();
      },
    });
  } finally {
    for (const step of undo.reverse()) await step();
    await bed.end();
  }
}

type StormBed = {
  /** The broker's memory with nobody connected. */
  idleBytes: number;
  rss(): number;
  /** The first storm: nobody was connected before. */
  storm(): Promise<Storm>;
  /** kill -9 of the broker, a new one on the same port, and all come back. */
  killed(): Promise<Storm>;
};

function rssOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) * 1_024;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

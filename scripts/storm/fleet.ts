import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export type StormOptions = {
  port: number;
  /** One device each; user names. */
  tokens: readonly string[];
  /** Loopback addresses they come from, in turn. */
  sources: readonly string[];
  /** After a refusal; 1,000 is what mqtt.js does. */
  retryMs: number;
};

/** How one storm went: from its first CONNECT, or first lost connection, until the last device was in. */
export type StormReport = {
  devices: number;
  allBackMs: number;
  p50Ms: number;
  p95Ms: number;
  tries: number;
  /** Answered with CONNACK 3. */
  comeLater: number;
  /** Closed without an answer, or not connected at all. */
  resets: number;
  /** Answered with another refusal, or with nothing for 30 s. */
  failed: number;
};

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** Devices in a process of their own. They stay until `end`; after a lost connection they storm again. */
export function startFleet(options: StormOptions) {
  const child = child_("./client.ts");
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  child.stdin!.write(`${JSON.stringify(options)}\n`);
  return {
    /** The next time all are in. */
    async allIn(withinMs: number): Promise<StormReport | null> {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<null>((resolve) => {
        timer = setTimeout(resolve, withinMs, null);
      });
      const line = await Promise.race([lines.next(), late]);
      clearTimeout(timer);
      return line === null || line.done ? null : (JSON.parse(line.value) as StormReport);
    },
    end: () => ended(child),
  };
}

/** One device with a stock client (mqtt.js) in a process of its own that connects, leaves in order, and comes again. */
export function startGoodDevice(options: { port: number; token: string; everyMs: number }) {
  const child = child_("./good-device.ts");
  const tries: GoodTry[] = [];
  createInterface({ input: child.stdout! }).on("line", (line) => tries.push(JSON.parse(line) as GoodTry));
  child.stdin!.write(`${JSON.stringify(options)}\n`);
  return { tries, end: () => ended(child) };
}

/** From the TCP connect to the CONNACK, refusals and their retries included. */
export type GoodTry = { atMs: number; tookMs: number; tcpMs: number; refusals: number };

function child_(file: string): ChildProcess {
  return spawn(process.execPath, ["--import", "tsx", here(file)], { stdio: ["pipe", "pipe", "inherit"] });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exited = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await exited;
}

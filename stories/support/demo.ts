import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePorts } from "./ports.ts";
import { until } from "./wait.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export type Demo = {
  url: string;
  mqttPort: number;
  dataDir: string;
  environment: NodeJS.ProcessEnv;
  output: () => string;
  /** The sign-in whose role or name matches. */
  signIn(what: RegExp): { email: string; password: string; name: string };
  secondsToFirstPage: number;
  stop(): Promise<void>;
};

/** What `pnpm start` runs, in a folder and on ports of its own, until it has printed its sign-ins. */
export async function startDemo(extra: NodeJS.ProcessEnv = {}): Promise<Demo> {
  const [port, mqttPort, wsPort] = (await freePorts(3)) as [number, number, number];
  const dataDir = await mkdtemp(join(tmpdir(), "millwright-demo-"));
  const url = `http://127.0.0.1:${port}`;
  const environment: NodeJS.ProcessEnv = {
    ...process.env,
    PORT: String(port),
    MQTT_PORT: String(mqttPort),
    MQTT_WS_PORT: String(wsPort),
    DATA_DIR: dataDir,
    PUBLIC_URL: url,
    LOG_LEVEL: "warn",
    ...extra,
  };
  const startedAt = performance.now();
  const child = spawn(process.execPath, ["--import", "tsx", "scripts/start.ts", "--demo"], {
    cwd: ROOT,
    env: environment,
  });
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (output += chunk));
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const stop = async () => {
    child.kill("SIGINT");
    await ended;
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    await until(
      "the demo to print its sign-ins",
      () => {
        if (child.exitCode !== null) throw new Error(`start ended with ${child.exitCode}: ${output}`);
        return output.includes("Demo sign-ins");
      },
      240_000,
    );
  } catch (error) {
    await stop();
    throw new Error(`the demo did not start: ${output.slice(-2000)}`, { cause: error });
  }
  type State = { signIns: { role: string; name: string; email: string; password: string }[] };
  const { signIns } = JSON.parse(readFileSync(join(dataDir, "demo.json"), "utf8")) as State;
  return {
    url,
    mqttPort,
    dataDir,
    environment,
    output: () => output,
    signIn(what) {
      const found = signIns.find((s) => what.test(s.role) || what.test(s.name) || what.test(s.email));
      if (!found) throw new Error(`no sign-in matches ${what}`);
      return found;
    },
    secondsToFirstPage: (performance.now() - startedAt) / 1000,
    stop,
  };
}

import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The broker itself, or with one of its safeties off, for controls. */
export type BrokerProgram = "main.ts" | "testing/ack-early.ts" | "testing/sync-normal.ts";

/**
 * A broker as a process of its own, on free ports, in `dataDir`. Resolves when it listens. `under` is a command that
 * runs another one (fiu-run with its options).
 */
export async function spawnBroker(
  dataDir: string,
  program: BrokerProgram = "main.ts",
  under: readonly string[] = [],
  settings: Record<string, string> = {},
) {
  const main = fileURLToPath(new URL(`../${program}`, import.meta.url));
  const [file = process.execPath, ...args] = [...under, process.execPath, "--import", "tsx", main];
  const child = spawn(file, args, {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    env: {
      PATH: process.env.PATH,
      DATA_DIR: dataDir,
      MQTT_PORT: "0",
      MQTT_WS_PORT: "0",
      LOG_LEVEL: "info",
      ...settings,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout! }).on("line", (line) => {
      const { msg, mqttPort } = JSON.parse(line) as { msg?: string; mqttPort?: number };
      if (msg === "broker started") resolve(`mqtt://127.0.0.1:${mqttPort}`);
    });
    exited.then((code) => reject(new Error(`the broker exited with ${code}`)));
  });
  return { child: child as ChildProcess, url, exited };
}

import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";

/** Runs a command to its end; never throws. Killed after `timeoutMs`. */
export function command(
  file: string,
  args: readonly string[],
  options: { timeoutMs?: number } = {},
): Promise<{ code: number | null; output: string }> {
  return new Promise((done) => {
    const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    const timer = setTimeout(() => child.kill("SIGKILL"), options.timeoutMs ?? 15_000);
    child.once("error", (error) => done({ code: null, output: error.message }));
    child.once("close", (code) => {
      clearTimeout(timer);
      done({ code, output });
    });
  });
}

/** true when the tools are there. A missing one is a printed reason to skip, and a failure in CI. */
export function available(
  ...tools: readonly { name: string; probe: readonly [string, ...string[]] }[]
): boolean {
  for (const { name, probe } of tools) {
    try {
      execFileSync(probe[0], probe.slice(1), { stdio: "ignore" });
    } catch {
      if (process.env.CI) throw new Error(`${name} is missing; in CI it must be there`);
      process.stdout.write(`skipped: ${name} is not installed\n`);
      return false;
    }
  }
  return true;
}

export const MOSQUITTO = {
  name: "mosquitto-clients",
  probe: ["sh", "-c", "command -v mosquitto_pub && command -v mosquitto_sub"],
} as const;
export const PAHO = {
  name: "python3-paho-mqtt",
  probe: ["/usr/bin/python3", "-c", "import paho.mqtt.client"],
} as const;
export const CHROMIUM = { name: "chromium", probe: ["sh", "-c", "test -x /usr/bin/chromium"] } as const;

/** Folder of the recorded industrial data, or null with a printed reason. MILLWRIGHT_DATA names another one. */
export function recordedData(pack: string): string | null {
  const folder = resolve(
    process.env.MILLWRIGHT_DATA ?? resolve(import.meta.dirname, "../../../shared/data"),
    pack,
  );
  if (existsSync(folder)) return folder;
  process.stdout.write(`skipped: recorded data ${pack} is not here (MILLWRIGHT_DATA names its folder)\n`);
  return null;
}

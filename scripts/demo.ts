import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "@millwright/shared/failure";
import { commandOf } from "./programs.ts";

type SeedOptions = {
  environment: NodeJS.ProcessEnv;
  url: string;
  mqtt: string;
  stateFile: string;
  /** Settles when the start was called off. */
  end: Promise<void>;
};

/** Sets up the demo plant by the public API and MQTT, as any outsider would. false when called off half-way. */
export async function seedDemo(options: SeedOptions): Promise<boolean> {
  const key = await newApiKey(options.environment);
  const command = commandOf("device-sim");
  const args = ["seed", "--api", options.url, "--mqtt", options.mqtt, "--state", options.stateFile];
  const child = spawn(command.file, [...command.args, ...args], {
    cwd: command.cwd,
    // The key goes by the environment: an argument would show in every process list.
    env: { ...options.environment, MILLWRIGHT_API_KEY: key },
    stdio: ["ignore", "inherit", "inherit"],
  });
  let calledOff = false;
  void options.end.then(() => {
    calledOff = true;
    child.kill("SIGTERM");
  });
  const code = await new Promise<number | null>((resolve) => child.once("exit", resolve));
  if (calledOff) return false;
  if (code !== 0) throw new Failure("unavailable", `Setting up the demo plant failed (exit code ${code}).`);
  return true;
}

/** An administrator key of the installation whose DATA_DIR the environment names. */
export function newApiKey(environment: NodeJS.ProcessEnv): Promise<string> {
  const { args, cwd, file } = commandOf("portal");
  const script = args.map((arg) => (arg === "portal/src/main.ts" ? "portal/src/api-key.ts" : arg));
  const child = spawn(file, [...script, "--role", "admin", "--name", "demo plant"], {
    cwd,
    env: environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let key = "";
  child.stdout.on("data", (chunk) => (key += chunk));
  return new Promise((resolve, reject) =>
    child.once("close", (code) =>
      code === 0 ? resolve(key.trim()) : reject(new Failure("internal", `no API key (exit code ${code})`)),
    ),
  );
}

type DemoState = { signIns: { role: string; name: string; email: string; password: string }[] };

/** The sign-ins the seed made, as lines for the terminal. Shown at every start: it is a demo. */
export function demoSignIns(dataDir: string): string {
  const { signIns } = JSON.parse(readFileSync(join(dataDir, "demo.json"), "utf8")) as DemoState;
  const width = Math.max(...signIns.map((s) => s.email.length));
  const lines = signIns.map((s) => `    ${s.email.padEnd(width)}  ${s.password}  ${s.name}`);
  return `  Demo sign-ins\n${lines.join("\n")}`;
}

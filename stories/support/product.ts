import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { commandOf, type ProgramName } from "../../scripts/programs.ts";
import { type SupervisorEvent, supervise } from "../../scripts/supervise.ts";
import { type Api, apiClient } from "./api.ts";
import { freePorts } from "./ports.ts";
import { until } from "./wait.ts";

/** The whole product in its real processes, on ports and a data folder of its own. */
export type Product = {
  url: string;
  mqttPort: number;
  wsPort: number;
  dataDir: string;
  admin: Api;
  environment: NodeJS.ProcessEnv;
  events: SupervisorEvent[];
  newKey(role: "admin" | "engineer" | "customer", customerId?: string): Promise<string>;
  customer(customerId: string): Promise<Api>;
  /** kill -9; the supervisor starts it again. */
  kill(program: ProgramName): number;
  pid(program: ProgramName): number | undefined;
  /** Everything acknowledged so far is stored and judged. */
  settled(timeoutMs?: number): Promise<void>;
  stop(): Promise<void>;
};

type Readiness = { uplinkHead?: number; storedThrough?: number };

/** `extra.DATA_DIR` is the caller's to remove; any other data folder goes with `stop`. */
export async function startProduct(extra: NodeJS.ProcessEnv = {}): Promise<Product> {
  const [port, mqttPort, wsPort] = (await freePorts(3)) as [number, number, number];
  const dataDir = extra.DATA_DIR ?? (await mkdtemp(join(tmpdir(), "millwright-story-")));
  const environment: NodeJS.ProcessEnv = {
    ...process.env,
    LOG_LEVEL: "error",
    PORT: String(port),
    MQTT_PORT: String(mqttPort),
    MQTT_WS_PORT: String(wsPort),
    DATA_DIR: dataDir,
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    ...extra,
  };
  const url = `http://127.0.0.1:${port}`;
  const events: SupervisorEvent[] = [];
  const supervisor = supervise(environment, (event) => events.push(event));
  for (const program of ["portal", "broker", "ingest"] as const) supervisor.start(program);
  const stop = async () => {
    await supervisor.stop(["portal", "ingest", "broker"]);
    if (extra.DATA_DIR === undefined) await rm(dataDir, { recursive: true, force: true });
  };
  const readiness = async (): Promise<Readiness | false> => {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2000) });
    return response.ok && ((await response.json()) as Readiness);
  };
  try {
    await until("the product to be ready", readiness, 60_000);
    const newKey: Product["newKey"] = (role, customerId) => apiKey(environment, role, customerId);
    const admin = apiClient(url, await newKey("admin"));
    return {
      url,
      mqttPort,
      wsPort,
      dataDir,
      admin,
      environment,
      events,
      newKey,
      customer: async (customerId) => apiClient(url, await newKey("customer", customerId)),
      kill(program) {
        const pid = supervisor.pid(program);
        if (pid === undefined) throw new Error(`${program} is not running`);
        process.kill(pid, "SIGKILL");
        return pid;
      },
      pid: supervisor.pid,
      async settled(timeoutMs = 60_000) {
        await until(
          "everything acknowledged to be stored",
          async () => {
            const now = await readiness();
            return now && now.uplinkHead !== undefined && now.uplinkHead === now.storedThrough;
          },
          timeoutMs,
        );
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A new API key of the installation whose DATA_DIR the environment names. */
export async function apiKey(
  environment: NodeJS.ProcessEnv,
  role: string,
  customerId?: string,
): Promise<string> {
  const command = commandOf("portal");
  const args = command.args.map((arg) => arg.replace("portal/src/main.ts", "portal/src/api-key.ts"));
  const owner = customerId === undefined ? [] : ["--customer", customerId];
  const { stdout } = await promisify(execFile)(command.file, [...args, "--role", role, ...owner], {
    cwd: command.cwd,
    env: environment,
  });
  return stdout.trim();
}

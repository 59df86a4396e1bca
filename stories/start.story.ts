import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freePorts } from "./support/ports.ts";
import { until } from "./support/wait.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** `pnpm serve` as an operator meets it: one clear sentence when it cannot start, a clean end when asked. */
describe("start", () => {
  let dataDir: string;
  let ports: [number, number, number];
  let busy: Server | null = null;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "millwright-start-"));
    ports = (await freePorts(3)) as [number, number, number];
  });
  afterEach(async () => {
    busy?.close();
    busy = null;
    await rm(dataDir, { recursive: true, force: true });
  });

  const start = (extra: NodeJS.ProcessEnv) => {
    const child = spawn(process.execPath, ["--import", "tsx", "scripts/start.ts"], {
      cwd: ROOT,
      env: {
        ...process.env,
        LOG_LEVEL: "warn",
        DATA_DIR: dataDir,
        PORT: String(ports[0]),
        MQTT_PORT: String(ports[1]),
        MQTT_WS_PORT: String(ports[2]),
        ...extra,
      },
    });
    const run = {
      child,
      out: "",
      err: "",
      ended: new Promise<number | null>((resolve) => child.once("close", resolve)),
    };
    child.stdout.on("data", (chunk) => (run.out += chunk));
    child.stderr.on("data", (chunk) => (run.err += chunk));
    return run;
  };

  it("a wrong variable, a taken port, an unwritable folder: one sentence and exit code 1", {
    timeout: 60_000,
  }, async () => {
    busy = createServer().listen(ports[1], "127.0.0.1");
    const file = join(dataDir, "not-a-folder");
    await writeFile(file, "");
    const cases = [
      { environment: { PORT: "eighty" }, says: 'PORT: must be a port number, 0 to 65535, not "eighty"' },
      { environment: { INFLUX_URL: "not a url" }, says: "INFLUX_URL" },
      { environment: {}, says: `Port ${ports[1]} (MQTT_PORT) is already in use` },
      { environment: { DATA_DIR: file }, says: `DATA_DIR ${file} cannot be written` },
      { environment: { ADMIN_EMAIL: "a@b.example", ADMIN_PASSWORD: "short" }, says: "ADMIN_PASSWORD" },
    ];
    for (const { environment, says } of cases) {
      const run = start(environment);
      expect(await run.ended, says).toBe(1);
      expect(run.err).toContain(says);
      expect(run.err.trim().split("\n")).toHaveLength(1);
    }
  });

  it("starts without demo data, says where it is, and ends cleanly on SIGINT; a second start keeps the data", {
    timeout: 120_000,
  }, async () => {
    const credentials = { ADMIN_EMAIL: "first@maker.example", ADMIN_PASSWORD: "a long first password" };
    for (const environment of [credentials, {}]) {
      const run = start(environment);
      await until("the start to say that it runs", () => run.out.includes("Millwright is running"), 60_000);
      expect(run.out).toContain(`http://localhost:${ports[0]}`);
      const response = await fetch(`http://127.0.0.1:${ports[0]}/readyz`);
      expect(response.status).toBe(200);
      const signIn = await fetch(`http://127.0.0.1:${ports[0]}/sign-in`, {
        method: "POST",
        headers: {
          "content-type": "application/x-www-form-urlencoded",
          origin: `http://localhost:${ports[0]}`,
          "sec-fetch-site": "same-origin",
        },
        body: new URLSearchParams({ email: credentials.ADMIN_EMAIL, password: credentials.ADMIN_PASSWORD }),
        redirect: "manual",
      });
      expect(signIn.status, "the administrator signs in").toBe(303);
      run.child.kill("SIGINT");
      expect(await run.ended).toBe(0);
      expect(run.out).toContain("Stopped.");
      expect(existsSync(join(dataDir, "portal.db"))).toBe(true);
    }
  });
});

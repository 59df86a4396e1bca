import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "broker-main-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Starts the program where it cannot start; what it says and how it ends. */
async function start(environment: Record<string, string>) {
  const child = spawn(
    process.execPath,
    ["--import", "tsx", fileURLToPath(new URL("./main.ts", import.meta.url))],
    {
      cwd: fileURLToPath(new URL("..", import.meta.url)),
      env: {
        PATH: process.env.PATH,
        DATA_DIR: dir,
        MQTT_PORT: "0",
        MQTT_WS_PORT: "0",
        LOG_LEVEL: "silent",
        ...environment,
      },
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  let said = "";
  child.stderr.on("data", (data) => {
    said += String(data);
  });
  const [code] = await once(child, "close");
  return { said, code };
}

test("what keeps it from starting is one clear sentence and exit code 1", { timeout: 60_000 }, async () => {
  const occupied = createServer().listen(0, "127.0.0.1");
  await once(occupied, "listening");
  const { port } = occupied.address() as { port: number };
  const file = join(dir, "file");
  writeFileSync(file, "");
  expect(await start({ MQTT_PORT: String(port) })).toEqual({
    said: `Port ${port} (MQTT_PORT) is already in use.\n`,
    code: 1,
  });
  expect(await start({ MQTT_WS_PORT: String(port) })).toEqual({
    said: `Port ${port} (MQTT_WS_PORT) is already in use.\n`,
    code: 1,
  });
  expect(await start({ MQTT_PORT: "many" })).toEqual({
    said: 'MQTT_PORT: must be a port number, 0 to 65535, not "many"\n',
    code: 1,
  });
  expect(await start({ DATA_DIR: join(file, "data") })).toEqual({
    said: `DATA_DIR ${join(file, "data")} cannot be written\n`,
    code: 1,
  });
  occupied.close();
});

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { readConfig } from "@millwright/shared/config";
import { afterEach, beforeEach, expect, it } from "vitest";
import { portalConfig } from "./config.ts";
import { startPortal } from "./start.ts";

const run = promisify(execFile);
let dataDir: string;
let stops: (() => Promise<void>)[] = [];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "millwright-start-"));
});
afterEach(async () => {
  for (const stop of stops) await stop();
  stops = [];
  rmSync(dataDir, { recursive: true, force: true });
});

const config = (more: NodeJS.ProcessEnv = {}) =>
  readConfig(portalConfig, { PORT: "0", DATA_DIR: dataDir, LOG_LEVEL: "silent", ...more });

async function start(more: NodeJS.ProcessEnv = {}) {
  const portal = await startPortal(config(more));
  stops.push(portal.stop);
  return { ...portal, url: `http://127.0.0.1:${portal.port}` };
}

const apiKey = (...args: string[]) =>
  run(process.execPath, ["--import", "tsx", "portal/src/api-key.ts", ...args], {
    env: { ...process.env, DATA_DIR: dataDir },
  });

it("starts without users, says so on the sign-in page, and says what is not ready", async () => {
  const { url } = await start();
  expect(await (await fetch(`${url}/sign-in`)).text()).toContain("ADMIN_EMAIL");
  const ready = await fetch(`${url}/readyz`);
  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({ database: { ready: true }, store: { ready: false } });
  expect(await (await fetch(`${url}/metrics`)).text()).toContain(
    'process_cpu_user_seconds_total{program="portal"}',
  );
  expect((await fetch(`${url}/metrics`, { headers: { "x-forwarded-for": "10.0.0.1" } })).status).toBe(401);
});

it("makes the first administrator once, who signs in, and keeps sessions over a restart", async () => {
  const first = { ADMIN_EMAIL: "boss@example.com", ADMIN_PASSWORD: "a long enough password" };
  const before = await start(first);
  const form = new URLSearchParams({ email: first.ADMIN_EMAIL, password: first.ADMIN_PASSWORD });
  const origin = before.url;
  const answer = await fetch(`${origin}/sign-in`, {
    method: "POST",
    body: form,
    headers: { origin },
    redirect: "manual",
  });
  const cookie = answer.headers.get("set-cookie")!.split(";")[0]!;
  await stops.pop()!();
  const again = await start({ ...first, ADMIN_PASSWORD: "another password, not taken" });
  const users = await fetch(`${again.url}/api/v1/users`, { headers: { cookie } });
  expect(((await users.json()) as { items: unknown[] }).items).toHaveLength(1);
});

it("prints a key alone, while the portal runs, through pnpm's literal --", async () => {
  const { url } = await start();
  const { stdout } = await apiKey("--", "--role", "admin");
  expect(stdout).toMatch(/^mw_[A-Za-z0-9_-]{43}\n$/);
  const answer = await fetch(`${url}/api/v1/assets`, {
    headers: { authorization: `Bearer ${stdout.trim()}` },
  });
  expect(answer.status).toBe(200);
  await expect(apiKey("--role", "customer")).rejects.toMatchObject({
    code: 1,
    stderr: "--role customer needs --customer ID.\n",
  });
});

it("says in one sentence which port is taken", async () => {
  const { port } = await start();
  const second = mkdtempSync(join(tmpdir(), "millwright-start-"));
  await expect(startPortal(config({ PORT: String(port), DATA_DIR: second }))).rejects.toThrow(
    `Port ${port} (PORT) is already in use.`,
  );
  rmSync(second, { recursive: true, force: true });
});

it.each([
  [{ ADMIN_EMAIL: "a@example.com" }, /^ADMIN_PASSWORD: must be set together/],
  [{ ADMIN_EMAIL: "a@example.com", ADMIN_PASSWORD: "short" }, /^ADMIN_PASSWORD: must have at least 12/],
  [{ PUBLIC_URL: "portal.example" }, /^PUBLIC_URL: must be an http or https address/],
  [{ PORT: "eighty" }, /^PORT: must be a port number/],
])("refuses %o", (given, sentence) => expect(() => config(given)).toThrow(sentence));

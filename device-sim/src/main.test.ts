import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { demo } from "../scenarios/demo.ts";
import { newState, saveState } from "./state.ts";
import { startTestBroker, until } from "./testing/broker.ts";

const dir = mkdtempSync(join(tmpdir(), "millwright-sim-"));
let broker: Awaited<ReturnType<typeof startTestBroker>>;
beforeAll(async () => {
  broker = await startTestBroker();
});
afterAll(async () => {
  await broker.stop();
  rmSync(dir, { recursive: true });
});

function sim(...args: string[]) {
  const child = spawn(process.execPath, ["--import", "tsx", join(import.meta.dirname, "main.ts"), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, LOG_LEVEL: "info", MILLWRIGHT_API_KEY: "" },
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk) => (out += chunk));
  child.stderr.on("data", (chunk) => (err += chunk));
  const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) =>
    child.once("close", (code) => resolve({ code, out, err })),
  );
  return { child, ended };
}

test("help is printed, with and without pnpm's dashes; a mistake is one sentence and a non-zero exit", async () => {
  const [help, wrong, missing] = await Promise.all([
    sim("--", "--help").ended,
    sim("fly").ended,
    sim("seed", "--api", "http://127.0.0.1:1").ended,
  ]);
  expect(help).toMatchObject({ code: 0, err: "" });
  expect(help.out).toContain("pnpm sim -- replay");
  expect(wrong).toMatchObject({ code: 1, err: 'there is no command "fly": seed, live or replay\n' });
  expect(missing.code).toBe(1);
  expect(missing.err).toBe("--key is missing, and so is MILLWRIGHT_API_KEY\n");
});

test("replay ends with exit code 0 when everything is acknowledged", async () => {
  const file = join(dir, "run.csv");
  writeFileSync(file, "t;v\n2020-01-01 00:00:00;1\n2020-01-01 00:00:01;2\n");
  const args = [
    "--time-column",
    "t",
    "--separator",
    ";",
    "--map",
    "v=x*2",
    "--token",
    "cli",
    "--mqtt",
    `127.0.0.1:${broker.port}`,
  ];
  const { code, out, err } = await sim("replay", "--file", file, ...args).ended;
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toContain("2 rows, 2 values in 1 messages acknowledged, 2020-01-01T00:00:00.000Z");
});

test("live runs until it is asked to stop, then ends cleanly", async () => {
  const state = newState(demo.seed, Date.now() - 3_600_000);
  for (const { serial } of demo.assets) state.tokens[serial] = serial;
  state.tokens["GW-S4"] = "GW-S4";
  const file = join(dir, "state.json");
  saveState(file, { ...state, complete: true });
  const { child, ended } = sim("live", "--state", file, "--mqtt", `127.0.0.1:${broker.port}`);
  const speakers = () =>
    new Set(broker.received.filter((m) => m.topic.endsWith("telemetry")).map((m) => m.token));
  await until("everyone has reported", () => speakers().size >= 22, 20_000);
  child.kill("SIGTERM");
  const { code, out } = await ended;
  expect(code).toBe(0);
  expect(out).toContain("fleet stopped");
});

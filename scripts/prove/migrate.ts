import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MIGRATIONS } from "@millwright/shared/db/level";
import { PORTAL_DB } from "@millwright/shared/db/open";
import { freePorts } from "../../stories/support/ports.ts";
import { until } from "../../stories/support/wait.ts";
import { commandOf } from "../programs.ts";

const SHARED = fileURLToPath(new URL("../../shared", import.meta.url));

type Portal = { ended: number | null; said: string; stop(): Promise<void> };

/** The real portal on a data folder; comes back when it answers, or has ended with `ended`. */
export async function startPortal(dataDir: string): Promise<Portal> {
  const running = await portalIn(dataDir, []);
  await until(
    "the portal to answer or end",
    async () => running.exit() !== undefined || running.answers(),
    60_000,
  );
  return { ended: running.exit() ?? null, said: running.said(), stop: running.stop };
}

/** The same, ended with SIGKILL as it begins its `write`th write to the database or its log. false when there were not so many. */
export async function killedAtWrite(dataDir: string, write: number): Promise<boolean> {
  const running = await portalIn(dataDir, killAt(join(dataDir, PORTAL_DB), write));
  await until(
    "the portal to be killed or answer",
    async () => running.exit() !== undefined || running.answers(),
    60_000,
  );
  const killed = running.exit() !== undefined;
  await running.stop();
  return killed;
}

/** What a migration without a transaction would be: every statement for itself, killed the same way. */
export async function migrateUnsafely(file: string, write: number): Promise<void> {
  const statements = readdirSync(MIGRATIONS)
    .filter((name) => name.endsWith(".sql"))
    .sort()
    .flatMap((name) => readFileSync(join(MIGRATIONS, name), "utf8").split("--> statement-breakpoint"));
  const program = `
    import Database from "better-sqlite3";
    const db = new Database(${JSON.stringify(file)});
    db.pragma("journal_mode = WAL");
    for (const statement of ${JSON.stringify(statements)}) db.exec(statement);`;
  const [strace, ...flags] = killAt(file, write);
  const child = spawn(strace!, [...flags, process.execPath, "--input-type=module", "-e", program], {
    cwd: SHARED,
    stdio: "ignore",
  });
  await ended(child);
}

/** Only the main thread is traced: it alone writes the database, and the start takes half as long. */
const killAt = (file: string, write: number): string[] => [
  "strace",
  ...["-o", "/dev/null"],
  ...["-P", file, "-P", `${file}-wal`],
  ...["-e", "trace=pwrite64", "-e", `inject=pwrite64:signal=SIGKILL:when=${write}`],
];

const ended = (child: ChildProcess) => new Promise<void>((resolve) => child.once("close", () => resolve()));

async function portalIn(dataDir: string, under: readonly string[]) {
  const [port] = (await freePorts(1)) as [number];
  const { file, args, environment, cwd } = commandOf("portal");
  const [command, ...rest] = [...under, file, ...args] as [string, ...string[]];
  const child = spawn(command, rest, {
    cwd,
    env: { ...process.env, ...environment, DATA_DIR: dataDir, PORT: String(port), LOG_LEVEL: "silent" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    said += chunk;
  });
  let exit: number | undefined;
  // strace ends as its program did: by the signal.
  const over = ended(child).then(() => {
    exit = child.exitCode ?? -1;
  });
  return {
    exit: () => exit,
    said: () => said,
    answers: () =>
      fetch(`http://127.0.0.1:${port}/healthz`).then(
        ({ ok }) => ok,
        () => false,
      ),
    async stop() {
      if (exit === undefined) child.kill("SIGTERM");
      await over;
    },
  };
}

import { fileURLToPath } from "node:url";

/** The programs of one installation and how each is run. */
export type ProgramName = "portal" | "broker" | "ingest" | "device-sim";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

type Program = { main: string; nodeFlags: readonly string[]; environment: NodeJS.ProcessEnv };

const PROGRAMS: Record<ProgramName, Program> = {
  portal: { main: "portal/src/main.ts", nodeFlags: [], environment: {} },
  // A message burst lives longer than the default 16 MB young generation: 64 halves the broker's time in GC.
  broker: { main: "broker/src/main.ts", nodeFlags: ["--max-semi-space-size=64"], environment: {} },
  // Each running DuckDB query holds a libuv thread: with the default 4 the writer waits behind long reads.
  ingest: { main: "ingest/src/main.ts", nodeFlags: [], environment: { UV_THREADPOOL_SIZE: "16" } },
  "device-sim": { main: "device-sim/src/main.ts", nodeFlags: [], environment: {} },
};

export function commandOf(name: ProgramName): {
  file: string;
  args: string[];
  environment: NodeJS.ProcessEnv;
  cwd: string;
} {
  const { main, nodeFlags, environment } = PROGRAMS[name];
  return { file: process.execPath, args: [...nodeFlags, "--import", "tsx", main], environment, cwd: ROOT };
}

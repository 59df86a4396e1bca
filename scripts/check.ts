import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { plantedViolations } from "./check/planted.ts";

/** `pnpm check`: types, style, import directions, dead code. Each prints its own findings; the last line sums up. */
const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** Below this the import check has looked at too little to mean anything (a resolver that fails sees nothing). */
const LEAST_FILES_SEEN = 100;

type Outcome = { name: string; ok: boolean; seconds: number; output: string };

async function run(name: string, command: string, args: readonly string[]): Promise<Outcome> {
  const startedAt = performance.now();
  const { code, output } = await collect(command, args);
  return { name, ok: code === 0, seconds: (performance.now() - startedAt) / 1000, output };
}

function collect(
  command: string,
  args: readonly string[],
  cwd = ROOT,
): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(join(ROOT, "node_modules/.bin", command), args, {
      cwd,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.once("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

type Cruise = {
  summary: {
    totalCruised: number;
    violations: { rule: { name: string; severity: string }; from: string; to: string }[];
  };
};

const PARTS = ["broker", "ingest", "portal", "device-sim", "shared", "scripts", "stories"];

async function cruise(root: string, parts: readonly string[]): Promise<Cruise["summary"]> {
  const { output } = await collect(
    "depcruise",
    ["--config", join(ROOT, ".dependency-cruiser.cjs"), "--output-type", "json", ...parts],
    root,
  );
  return (JSON.parse(output) as Cruise).summary;
}

async function imports(): Promise<Outcome> {
  const startedAt = performance.now();
  const summary = await cruise(ROOT, PARTS);
  const lines = summary.violations
    .filter((v) => v.rule.severity === "error")
    .map((v) => `${v.rule.name}: ${v.from} → ${v.to}`);
  if (summary.totalCruised < LEAST_FILES_SEEN) lines.push(`only ${summary.totalCruised} files seen`);
  const blind = await rulesThatDoNotSee();
  lines.push(...blind.map((rule) => `${rule}: its planted violation was not seen`));
  return {
    name: `imports (${summary.totalCruised} files)`,
    ok: lines.length === 0,
    seconds: (performance.now() - startedAt) / 1000,
    output: lines.join("\n"),
  };
}

/** Plants one violation of each rule in a copy of the sources and tells which rules missed theirs. */
async function rulesThatDoNotSee(): Promise<string[]> {
  const copy = await mkdtemp(join(tmpdir(), "millwright-planted-"));
  try {
    const skip = /(node_modules|\/data\/|\.test\.tsx?$)/;
    for (const part of [...PARTS, "tsconfig.json", "package.json"]) {
      await cp(join(ROOT, part), join(copy, part), {
        recursive: true,
        filter: (from) => !skip.test(from.slice(ROOT.length)),
      });
    }
    // Package names must resolve inside the copy, as they do in the workspace.
    await mkdir(join(copy, "node_modules/@millwright"), { recursive: true });
    for (const name of ["broker", "ingest", "portal", "device-sim", "shared"]) {
      await symlink(join(copy, name), join(copy, "node_modules/@millwright", name));
    }
    await plantedViolations.plant(copy);
    const { violations } = await cruise(copy, PARTS);
    const seen = new Set(violations.map((v) => `${v.rule.name} ${v.from}`));
    return plantedViolations.expected.filter((e) => !seen.has(`${e.rule} ${e.file}`)).map((e) => e.rule);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

const outcomes = await Promise.all([
  run("types", "tsc", ["--noEmit"]),
  run("style", "biome", ["check", "--error-on-warnings", "."]),
  imports(),
  run("dead code", "knip", ["--include-entry-exports"]),
]);
for (const outcome of outcomes) {
  process.stdout.write(`${outcome.ok ? "ok  " : "FAIL"} ${outcome.name} (${outcome.seconds.toFixed(1)} s)\n`);
  if (!outcome.ok) process.stdout.write(`${outcome.output.trim().slice(0, 20_000)}\n`);
}
process.exitCode = outcomes.every((outcome) => outcome.ok) ? 0 : 1;

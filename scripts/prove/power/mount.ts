import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** Debian's own Python, which its packages are for; the first one in PATH may be another. */
const PYTHON = "/usr/bin/python3";
const PROGRAM = fileURLToPath(new URL("./lossy-fs.py", import.meta.url));
const WITHIN_MS = 10_000;

/** A mounted file system that forgets what was not fsynced when its power is cut. */
export type LossyMount = {
  /** Where programs write. */
  path: string;
  /** From here on every call below `path` fails, and `backing` holds what a disk would hold. */
  cut(): Promise<void>;
  unmount(): Promise<void>;
};

/** Why it cannot be mounted here, or null. In CI it must be there: throws. */
export function lossyFsMissing(): string | null {
  const reason = !existsSync("/dev/fuse")
    ? "/dev/fuse is not there"
    : process.getuid?.() !== 0
      ? "mounting needs root here"
      : fusepyMissing();
  if (reason !== null && process.env.CI) throw new Error(`${reason}; in CI it must be there`);
  return reason;
}

function fusepyMissing(): string | null {
  try {
    execFileSync(PYTHON, ["-c", "import fusepy"], { stdio: "ignore" });
    return null;
  } catch {
    return "python3-fusepy is not installed";
  }
}

/** `tornSeed`: a random part of what is pending reaches the disk at the cut; null: nothing of it. */
export async function mountLossy(
  backing: string,
  path: string,
  tornSeed: number | null,
): Promise<LossyMount> {
  const torn = tornSeed === null ? [] : ["--torn", String(tornSeed)];
  const child = spawn(PYTHON, [PROGRAM, backing, path, ...torn], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const says = words(child);
  await says("mounted");
  return {
    path,
    async cut() {
      child.kill("SIGUSR1");
      await says("cut");
    },
    async unmount() {
      execFileSync("umount", ["-l", path]);
      const late = setTimeout(() => child.kill("SIGKILL"), WITHIN_MS);
      await exited;
      clearTimeout(late);
      rmSync(`${backing}.inodes`, { recursive: true, force: true });
    },
  };
}

/** Resolves when the program has printed the word. */
function words(child: ChildProcess): (word: string) => Promise<void> {
  const said = new Set<string>();
  let heard = () => {};
  if (child.stdout)
    createInterface({ input: child.stdout }).on("line", (line) => {
      said.add(line);
      heard();
    });
  return (word) =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`lossy-fs.py did not say "${word}"`)), WITHIN_MS);
      heard = () => {
        if (!said.has(word)) return;
        clearTimeout(late);
        resolve();
      };
      heard();
    });
}

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Whether a program that has announced a door of this data folder is alive. */
export function isInstallationRunning(dataDir: string): boolean {
  return doorsOf(join(dataDir, "run")).some(isAlive);
}

function doorsOf(runDir: string): number[] {
  try {
    const files = readdirSync(runDir).filter((name) => name.endsWith(".json"));
    return files.map((name) => (JSON.parse(readFileSync(join(runDir, name), "utf8")) as { pid: number }).pid);
  } catch {
    return [];
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

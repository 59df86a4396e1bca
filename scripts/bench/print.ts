import { execFileSync } from "node:child_process";
import { cpus } from "node:os";

export const say = (line: string) => process.stdout.write(`${line}\n`);

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Nearest rank. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

export function heading(): string {
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  return `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}, commit ${commit}`;
}

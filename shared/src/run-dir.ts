import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "./failure.ts";
import { secretIn } from "./secret-file.ts";

/**
 * DATA_DIR/run: where the programs of one installation find each other on the loopback interface.
 * `secret` guards every such door; `<name>.json` tells the port a program listens on.
 */
export type Door = "broker" | "ingest" | "portal" | "wake-uplink" | "wake-findings" | "wake-downlink";

export function runDir(dataDir: string): string {
  const dir = join(dataDir, "run");
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new Failure("invalid", `DATA_DIR ${dataDir} cannot be written`, { cause, field: "DATA_DIR" });
  }
  return dir;
}

/** 256 random bits, made by whichever program comes first, the same for all. */
export function loopbackSecret(dataDir: string): string {
  const file = join(runDir(dataDir), "secret");
  const secret = secretIn(file);
  if (secret.length >= 43) return secret;
  throw new Failure("internal", `${file} is empty`);
}

export function announce(dataDir: string, door: Door, port: number): void {
  const file = join(runDir(dataDir), `${door}.json`);
  writeFileSync(`${file}.${process.pid}`, JSON.stringify({ port, pid: process.pid }), { mode: 0o600 });
  renameSync(`${file}.${process.pid}`, file);
}

/** Port of the door, or null while its program has not announced it. It may be stale: a refused connection says so. */
export function findDoor(dataDir: string, door: Door): number | null {
  try {
    const { port } = JSON.parse(readFileSync(join(runDir(dataDir), `${door}.json`), "utf8")) as {
      port: number;
    };
    return port;
  } catch {
    return null;
  }
}

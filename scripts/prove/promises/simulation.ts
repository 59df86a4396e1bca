import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Proof } from "../promise.ts";

const SEEDS = 1_000;
const WITHIN_MS = 420_000;
const MAIN = fileURLToPath(new URL("../simulation/main.ts", import.meta.url));

/** The line that simulation/main.ts writes. */
type Told = {
  seeds: number;
  messages: number;
  virtualMs: number;
  breaches: ("lost" | "doubled" | "phantom" | "other")[];
  story: string[];
};

/** Broker, journals, ingest and service desk in one process, on a clock, a disk and a network that one seed decides. */
export const simulation: Proof = {
  title: "a thousand seeded runs of crashes, cuts and full disks",
  async prove({ seed, long }) {
    const args = ["--import", "tsx", MAIN, String(seed), String(long ? 10 * SEEDS : SEEDS)];
    const timeout = long ? 10 * WITHIN_MS : WITHIN_MS;
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout, maxBuffer: 2 ** 26 });
    const { seeds, messages, virtualMs, breaches, story } = JSON.parse(stdout) as Told;
    const count = (promise: string) => breaches.filter((breach) => breach === promise).length;
    return {
      attempts: messages,
      lost: count("lost"),
      doubled: count("doubled"),
      phantom: count("phantom"),
      failures: story.length > 0 ? [story.join("\n       ")] : [],
      note: `${seeds} seeds from ${seed}, ${(virtualMs / 3_600_000).toFixed(1)} h of simulated time`,
    };
  },
};

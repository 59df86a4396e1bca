import { seeded } from "../../stories/support/kill-drill.ts";
import { holds, type Proof, type Verdict } from "./promise.ts";
import { sideBySide } from "./side-by-side.ts";

/** In the order of PROMISES: what each one says, and the file that proves it. */
const PROOFS: Record<string, () => Promise<Proof>> = {
  P1: async () => (await import("./promises/ack-after-sync.ts")).ackAfterSync,
  P2: async () => (await import("./promises/kill.ts")).killAnyProgram,
  P3: async () => (await import("./promises/power-cut.ts")).powerCut,
  P4: async () => (await import("./promises/redelivery.ts")).redelivery,
  P5: async () => (await import("./promises/one-ticket.ts")).oneTicket,
  P6: async () => (await import("./promises/store-outage.ts")).storeOutage,
  P8: async () => (await import("./promises/fsync-error.ts")).fsyncError,
  P7: async () => (await import("./promises/disk-full.ts")).diskFull,
  P9: async () => (await import("./promises/bit-flips.ts")).bitFlips,
  P10: async () => (await import("./promises/clock.ts")).clock,
  P11: async () => (await import("./promises/slow-consumer.ts")).slowConsumer,
  P12: async () => (await import("./promises/reconnect-storm.ts")).reconnectStorm,
  P13: async () => (await import("./promises/poison.ts")).poison,
  P14: async () => (await import("./promises/malformed.ts")).malformed,
  P15: async () => (await import("./promises/oversized.ts")).oversized,
  P16: async () => (await import("./promises/restart-under-load.ts")).restartUnderLoad,
  P17: async () => (await import("./promises/backup-restore.ts")).backupRestore,
  P18: async () => (await import("./promises/migration-killed.ts")).migrationKilled,
  P19: async () => (await import("./promises/detector-state.ts")).detectorState,
  P20: async () => (await import("./promises/network-chaos.ts")).networkChaos,
  P22: async () => (await import("./promises/self-report.ts")).selfReport,
  P23: async () => (await import("./promises/simulation.ts")).simulation,
  S11: async () => (await import("./promises/same-refusal.ts")).sameRefusal,
};

export const PROMISES = Object.keys(PROOFS);

type Row = { name: string; title: string; verdict: Verdict; ok: boolean; seconds: number };

type Options = { seed: number; long: boolean };

/** Two cores: more at a time would only wait for each other. */
const LANES = 2;

/** Runs the promises, as many side by side as the machine bears, and answers with a row for each, in their order. */
export async function runAll(names: readonly string[], options: Options): Promise<Promise<Row>[]> {
  const proofs = await Promise.all(names.map(load));
  const tasks = proofs.map((proof, i) => ({
    alone: proof.alone ?? false,
    run: () => run(names[i]!, proof, options),
  }));
  return sideBySide(tasks, LANES);
}

/** A proof that cannot even be loaded is a broken one, not the end of the run. */
async function load(name: string): Promise<Proof> {
  try {
    return await PROOFS[name]!();
  } catch (error) {
    return { title: "(cannot be loaded)", prove: () => Promise.reject(error) };
  }
}

/** Runs one promise; what it throws is a failed promise, not the end of the run. */
async function run(name: string, proof: Proof, options: Options): Promise<Row> {
  const startedAt = performance.now();
  let verdict: Verdict;
  try {
    verdict = await proof.prove({ ...options, random: seeded(options.seed) });
  } catch (error) {
    verdict = { attempts: 0, lost: 0, doubled: 0, phantom: 0, failures: [sentence(error)], note: "" };
  }
  const seconds = (performance.now() - startedAt) / 1000;
  return { name, title: proof.title, verdict, ok: holds(verdict), seconds };
}

function sentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message} (${sentence(error.cause)})`;
}

const WIDTHS = [4, 58, 9, 5, 8, 8, 7] as const;
const cells = (values: readonly (string | number)[]) =>
  values
    .map((value, i) => (i < 2 ? `${value}`.padEnd(WIDTHS[i]!) : `${value}`.padStart(WIDTHS[i]!)))
    .join(" ");

export const heading = () => cells(["", "promise", "attempts", "lost", "doubled", "phantom", "result"]);

export function line({ name, title, verdict, ok, seconds }: Row): string {
  if ("skipped" in verdict) return `${cells([name, title, "", "", "", "", "skipped"])}  ${verdict.skipped}`;
  const { attempts, lost, doubled, phantom, failures, note } = verdict;
  const row = cells([name, title, attempts, lost, doubled, phantom, ok ? "holds" : "BROKEN"]);
  const details = [note, ...failures.map((failure) => `BROKEN: ${failure}`)].filter((text) => text !== "");
  return [`${row}  ${seconds.toFixed(0)} s`, ...details.map((text) => `       ${text}`)].join("\n");
}

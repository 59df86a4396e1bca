import { type ChildProcess, spawn } from "node:child_process";
import { commandOf, type ProgramName } from "./programs.ts";

export type SupervisorEvent =
  | { kind: "started"; program: ProgramName; pid: number }
  | { kind: "died"; program: ProgramName; how: string; againInMs: number }
  | { kind: "failed"; program: ProgramName; how: string };

export type Supervisor = {
  start(program: ProgramName, args?: readonly string[]): void;
  pid(program: ProgramName): number | undefined;
  /** SIGTERM in the given order, one after the other; SIGKILL for one that takes longer than 15 s. */
  stop(order: readonly ProgramName[]): Promise<void>;
};

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 15_000;
/** A program that ran this long was healthy: the back-off starts anew. */
const HEALTHY_MS = 20_000;
/** A program that ends with an error this soon after its very first start is not started again: its own sentence says why. */
const FALSE_START_MS = 8_000;
const STOP_MS = 15_000;

type Slot = {
  child: ChildProcess | null;
  args: readonly string[];
  delayMs: number;
  starts: number;
  timer?: NodeJS.Timeout;
};

/** Keeps the programs of one installation running: one that dies is started again with growing delay. */
export function supervise(
  environment: NodeJS.ProcessEnv,
  onEvent: (event: SupervisorEvent) => void,
): Supervisor {
  const slots = new Map<ProgramName, Slot>();
  let stopping = false;

  const run = (program: ProgramName, slot: Slot) => {
    const command = commandOf(program);
    const startedAt = performance.now();
    const child = spawn(command.file, [...command.args, ...slot.args], {
      cwd: command.cwd,
      env: { ...environment, ...command.environment },
      stdio: ["ignore", "inherit", "inherit"],
    });
    slot.child = child;
    slot.starts++;
    onEvent({ kind: "started", program, pid: child.pid ?? 0 });
    child.once("exit", (code, signal) => {
      slot.child = null;
      if (stopping) return;
      const how = signal ?? `exit code ${code}`;
      const lived = performance.now() - startedAt;
      if (slot.starts === 1 && code && lived < FALSE_START_MS)
        return onEvent({ kind: "failed", program, how });
      if (lived > HEALTHY_MS) slot.delayMs = FIRST_DELAY_MS;
      onEvent({ kind: "died", program, how, againInMs: slot.delayMs });
      slot.timer = setTimeout(() => run(program, slot), slot.delayMs);
      slot.delayMs = Math.min(slot.delayMs * 2, LONGEST_DELAY_MS);
    });
  };

  return {
    start(program, args = []) {
      const slot: Slot = { child: null, args, delayMs: FIRST_DELAY_MS, starts: 0 };
      slots.set(program, slot);
      run(program, slot);
    },
    pid: (program) => slots.get(program)?.child?.pid,
    async stop(order) {
      stopping = true;
      for (const program of order) {
        const slot = slots.get(program);
        clearTimeout(slot?.timer);
        if (slot?.child) await end(slot.child);
      }
    },
  };
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    child.once("exit", () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill("SIGTERM");
  });
}

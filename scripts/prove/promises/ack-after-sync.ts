import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnBroker } from "../../../broker/src/testing/spawn-broker.ts";
import { testBed } from "../../../broker/src/testing/test-bed.ts";
import { until } from "../../../stories/support/wait.ts";
import { TELEMETRY } from "../plant.ts";
import { checklist, type Proof } from "../promise.ts";

/** strace sees the system calls themselves: one message at a time, so each PUBACK must have a sync of its own before it. */
export const ackAfterSync: Proof = {
  title: "PUBACK is written only after the fsync that covers it",
  async prove({ long }) {
    if (!straceWorks()) return { skipped: "strace is not installed, or may not trace here" };
    const { failures, expect } = checklist();
    const messages = long ? 10_000 : 400;
    const ours = await traced("main.ts", messages);
    expect(ours.pubacks === messages, `${ours.pubacks} acknowledgements seen of ${messages}`);
    expect(ours.unsynced === 0, `${ours.unsynced} acknowledgements with no sync before them`);
    const control = await traced("testing/ack-early.ts", 100);
    expect(control.unsynced > 0, "the control, which acknowledges before the commit, was not noticed");
    const note = `${ours.pubacks} acknowledgements traced; control: ${control.unsynced} of 100 too early`;
    return { attempts: ours.pubacks, lost: ours.unsynced, doubled: 0, phantom: 0, failures, note };
  },
};

function straceWorks(): boolean {
  try {
    execFileSync("strace", ["-o", "/dev/null", "true"], { stdio: "ignore" });
    return true;
  } catch {
    if (process.env.CI) throw new Error("strace is missing; in CI it must be there");
    return false;
  }
}

async function traced(program: "main.ts" | "testing/ack-early.ts", messages: number) {
  const bed = testBed();
  const dir = mkdtempSync(join(tmpdir(), "prove-strace-"));
  const file = join(dir, "calls");
  const { child, url, exited } = await spawnBroker(bed.dataDir, program);
  let tracer: ChildProcess | null = null;
  try {
    const client = await bed.connect({ username: bed.addDevice("d1").token }, url);
    const calls = ["-e", "trace=fsync,fdatasync,write,writev", "-xx", "-s", "4", "-o", file];
    tracer = spawn("strace", ["-f", "-p", String(child.pid), ...calls], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    tracer.stderr?.on("data", (chunk) => (said += chunk));
    await until("strace to be attached", () => said.includes("attached"));
    for (let i = 0; i < messages; i++) await client.publishAsync(TELEMETRY, `{"flow":${i}}`, { qos: 1 });
    await client.endAsync();
  } finally {
    const ended = new Promise((resolve) => (tracer ? tracer.once("exit", resolve) : resolve(null)));
    child.kill("SIGTERM");
    await exited;
    await ended;
    await bed.end();
  }
  const result = judge(readFileSync(file, "latin1"));
  rmSync(dir, { recursive: true });
  return result;
}

const SYNCED = /fdatasync\(\d+\)\s*= 0|fsync\(\d+\)\s*= 0|<\.\.\. f(data)?sync resumed>\)\s*= 0/;
/** A PUBACK as aedes writes it: header, remaining length 2, packet id, in one writev. */
const PUBACK = /writev\(\d+, \[\{iov_base="\\x40", iov_len=1\}, \{iov_base="\\x02"/;

function judge(trace: string): { pubacks: number; unsynced: number } {
  let pubacks = 0;
  let unsynced = 0;
  let synced = false;
  for (const line of trace.split("\n")) {
    if (SYNCED.test(line)) synced = true;
    if (!PUBACK.test(line)) continue;
    pubacks++;
    if (!synced) unsynced++;
    synced = false;
  }
  return { pubacks, unsynced };
}

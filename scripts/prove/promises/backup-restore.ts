import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { copySqlite } from "@millwright/shared/db/copy";
import { extentOf } from "@millwright/shared/journal/copy";
import { audit, type Ledger } from "../../../stories/support/ledger.ts";
import { TEST_RIG } from "../../../stories/support/models.ts";
import { addMachine, install, type Machine, ticketsOf } from "../../../stories/support/plant.ts";
import { type Product, startProduct } from "../../../stories/support/product.ts";
import { until } from "../../../stories/support/wait.ts";
import { copyTelemetry } from "../../backup/copy-telemetry.ts";
import { contradictions, positionsIn } from "../../backup/positions.ts";
import { backupSpeed, minutesFor10Gb, speedNote } from "../backup-speed.ts";
import { ackedBy, device, insist, publishAll, readyz } from "../plant.ts";
import { checklist, type Proof } from "../promise.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const PERSON = { email: "keeper@example.com", password: "kept through the restore" };
const OVER_THE_LIMIT = '{"pressure":8.7}';

/** A backup of the running product, restored elsewhere and started there. */
export const backupRestore: Proof = {
  title: "a backup under load, restored: nothing lost, one ticket",
  async prove({ long, random }) {
    const { failures, expect } = checklist();
    const dir = mkdtempSync(join(tmpdir(), "prove-backup-"));
    try {
      const taken = await backUpUnderLoad(dir, long);
      expect(taken.control > 0, "journals copied before their readers fitted together all the same");
      await command("restore.ts", join(dir, "backup"), join(dir, "restored"));
      const found = await startRestored(join(dir, "restored"), taken, expect);
      const speed = long ? await largeOne(dir, random, expect) : "";
      const note = `${found.acked} acknowledged before; backup ${taken.note}; journals first: ${taken.control} readings to come would be passed over${speed}`;
      return { ...found, attempts: found.acked, failures, note };
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  },
};

/** Ten gigabytes in ten minutes, extrapolated from what a proof can make in reasonable time. */
async function largeOne(
  dir: string,
  random: () => number,
  expect: (holds: boolean, sentence: string) => void,
): Promise<string> {
  const speed = await backupSpeed(dir, { rows: 40_000_000, records: 1_500_000, random });
  const { bytes, backUpMs, restoreMs } = speed;
  for (const ms of [backUpMs, restoreMs]) expect(minutesFor10Gb({ bytes, ms }) <= 10, speedNote(speed));
  return `; ${speedNote(speed)}`;
}

type Taken = {
  /** With what was acknowledged when the backup began. */
  ledgers: Ledger[];
  /** Over their limit: one with its ticket before the backup, one acknowledged the moment before. */
  hot: Machine[];
  control: number;
  note: string;
};

async function backUpUnderLoad(dir: string, long: boolean): Promise<Taken> {
  const product = await startProduct({
    LOG_LEVEL: "silent",
    ADMIN_EMAIL: PERSON.email,
    ADMIN_PASSWORD: PERSON.password,
  });
  try {
    const first = await install(product.admin, { customer: "Proof", model: TEST_RIG, asset: "Machine 0" });
    const add = (name: string) => addMachine(product.admin, { ...first, name });
    const machines = [first, await add("Machine 1"), await add("Machine 2")];
    const hot = [await add("Told before"), await add("Told meanwhile")] as const;
    const ledgers = publishAll(product.mqttPort, machines, long ? { inFlight: 60, pauseMs: 1 } : {});
    await publish(product.mqttPort, hot[0]);
    await until("its ticket", async () => (await highTickets(product, hot[0])) === 1);
    await until("the stream to run", () => ackedBy(ledgers) > (long ? 100_000 : 500), 300_000);
    await publish(product.mqttPort, hot[1]);

    const ackedBefore = ledgers.map(({ acked }) => new Set(acked));
    const from = performance.now();
    await command("backup.ts", join(dir, "backup"), product.dataDir);
    const ms = performance.now() - from;
    const during = ackedBy(ledgers) - ackedBefore.reduce((sum, { size }) => sum + size, 0);
    const control = await journalsFirst(product, join(dir, "wrong"));
    await Promise.all(ledgers.map((ledger) => ledger.stop()));
    const note = `${(ms / 1000).toFixed(1)} s while ${during} more came`;
    return {
      ledgers: ledgers.map((ledger, i) => ({ ...ledger, acked: ackedBefore[i]! })),
      hot: [...hot],
      control,
      note,
    };
  } finally {
    await product.stop();
  }
}

/** The control: the same copies in the other order. How many sequence numbers ingest has passed and the journal would give out again. */
async function journalsFirst({ dataDir, ...product }: Product, to: string): Promise<number> {
  mkdirSync(to);
  copySqlite(join(dataDir, "uplink.db"), join(to, "uplink.db"));
  const { head } = extentOf(join(to, "uplink.db"));
  await until("more to be stored", async () => (await readyz({ dataDir, ...product })).storedThrough! > head);
  await copyTelemetry(
    { dataDir, file: join(dataDir, "telemetry.duckdb") },
    join(to, "telemetry.duckdb"),
    new AbortController().signal,
  );
  const positions = await positionsIn(to);
  return contradictions(positions).length === 0 ? 0 : positions[0]!.offset - head;
}

async function startRestored(
  dataDir: string,
  { ledgers, hot }: Taken,
  expect: (holds: boolean, sentence: string) => void,
) {
  expect(
    (statSync(join(dataDir, "portal.db")).mode & 0o077) === 0,
    "the restored portal.db is open to others",
  );
  const product = await startProduct({ LOG_LEVEL: "silent", DATA_DIR: dataDir });
  try {
    await product.settled();
    const found = await audit(product.admin, ledgers);
    const signedIn = await fetch(`${product.url}/sign-in`, {
      method: "POST",
      headers: { origin: product.url },
      body: new URLSearchParams(PERSON),
      redirect: "manual",
    });
    expect(signedIn.status === 303, `sign-in answered ${signedIn.status}`);
    // Still over its limit, by the token it had: the same incident.
    for (const machine of hot) await publish(product.mqttPort, machine);
    await product.settled();
    for (const machine of hot) {
      await until("the ticket", async () => (await highTickets(product, machine)) > 0);
      const tickets = await highTickets(product, machine);
      expect(tickets === 1, `${tickets} tickets of one incident`);
    }
    return found;
  } finally {
    await product.stop();
  }
}

async function publish(mqttPort: number, machine: Machine): Promise<void> {
  const client = await device(mqttPort, machine);
  await insist(client, OVER_THE_LIMIT);
  await client.endAsync(true);
}

const highTickets = async (product: Product, { assetId }: Machine) =>
  (await ticketsOf(product.admin, assetId)).filter(({ alarmType }) => alarmType === "pressure:high").length;

/** The command line as an operator runs it. Throws with what it said when it fails. */
async function command(script: "backup.ts" | "restore.ts", folder: string, dataDir: string): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--import", "tsx", `scripts/${script}`, folder],
    {
      cwd: ROOT,
      env: { ...process.env, DATA_DIR: dataDir },
    },
  );
  return stdout;
}

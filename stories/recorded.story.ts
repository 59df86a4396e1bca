import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { replay } from "../device-sim/src/replay.ts";
import { BEARING_SET, RIG_LOOP, ROOM_SENSOR } from "./support/models.ts";
import { addMachine, install, type Machine, type TicketAnswer, ticketsOf } from "./support/plant.ts";
import { type Product, startProduct } from "./support/product.ts";
import { recordedData } from "./support/tools.ts";
import { until } from "./support/wait.ts";

/**
 * Recorded industrial data through real MQTT into the running product. Each recording is moved in time so that it ends
 * now; each ends in a ticket that the owning customer finds by the API and another customer does not.
 */
const HOUR = 3_600_000;

/** Rows of a recording: its own times (epoch ms, read as UTC) and one column. */
function column(csv: string, separator: string, time: string, name: string): { at: number; value: string }[] {
  const [head, ...lines] = csv.trim().split(/\r?\n/);
  const titles = head!.split(separator);
  const [timeAt, valueAt] = [titles.indexOf(time), titles.indexOf(name)];
  return lines.map((line) => {
    const cells = line.split(separator);
    return { at: Date.parse(`${cells[timeAt]!.replace(" ", "T")}Z`), value: cells[valueAt]! };
  });
}

describe("recorded data", () => {
  let product: Product;
  let stranger: Machine;
  const unpacked = mkdtempSync(join(tmpdir(), "millwright-recorded-"));

  beforeAll(async () => {
    product = await startProduct();
    stranger = await install(product.admin, {
      customer: "Somebody else",
      model: { ...ROOM_SENSOR, key: "OTHER" },
      asset: "Other machine",
    });
  });
  afterAll(async () => {
    rmSync(unpacked, { recursive: true, force: true });
    await product?.stop();
  });

  /** The customer's own tickets for the machine, after checking that another customer sees none of them. */
  const ticketsFor = async (machine: Machine, atLeast = 1): Promise<TicketAnswer[]> => {
    await product.settled(120_000);
    const owner = await product.customer(machine.customerId);
    const tickets = await until("a ticket", async () => {
      const all = await ticketsOf(owner, machine.assetId);
      return all.length >= atLeast && all;
    });
    const other = await product.customer(stranger.customerId);
    expect(await ticketsOf(other, machine.assetId)).toHaveLength(0);
    for (const ticket of tickets) {
      expect(ticket.customerId).toBe(machine.customerId);
      expect(await other.status("GET", `/tickets/${ticket.id}`)).toBe(404);
    }
    return tickets.sort((a, b) => a.openedAt - b.openedAt);
  };

  const play = (
    machine: Machine,
    file: string,
    wanted: { timeColumn: string; separator: string; map: string; constants?: string },
  ) =>
    replay({
      ...wanted,
      file,
      token: machine.token,
      mqtt: `127.0.0.1:${product.mqttPort}`,
      speed: "max",
      shiftTo: "now",
    });

  const ims = recordedData("ims-bearing-dev");
  it.skipIf(!ims)(
    "the bearing that failed alarms first, days before the end",
    { timeout: 120_000 },
    async () => {
      const machine = await install(product.admin, {
        customer: "Bearing works",
        model: BEARING_SET,
        asset: "Pump set on the rig",
      });
      const file = join(ims!, "bearing_test_2.csv.gz");
      const timeColumn = ""; // the recording's time column has no name
      const map =
        "Bearing 1=acc_pde*9.80665,Bearing 2=acc_pnde*9.80665,Bearing 3=acc_mde*9.80665,Bearing 4=acc_mnde*9.80665";
      const { lastMs } = await play(machine, file, {
        timeColumn,
        separator: ",",
        map,
        constants: "speed=2000",
      });
      const tickets = await ticketsFor(machine);
      const lead = (ticket: TicketAnswer) => (lastMs - ticket.openedAt) / HOUR;
      for (const t of tickets)
        process.stdout.write(`bearing: ${t.alarmType} ${lead(t).toFixed(1)} h before the end: ${t.title}\n`);
      expect(tickets[0]!.alarmType).toMatch(/^acc_pde:/);
      expect(lead(tickets[0]!)).toBeGreaterThan(60);
      const limit = tickets.find((t) => t.alarmType === "acc_pde:high");
      expect(limit && lead(limit)).toBeCloseTo(46.8, 0);
    },
  );

  const skab = recordedData("skab-dev");
  it.skipIf(!skab)("pump rig runs raise a ticket inside the fault", { timeout: 240_000 }, async () => {
    execFileSync("tar", ["-xzf", join(skab!, "skab-dev.tar.gz"), "-C", unpacked]);
    const first = await install(product.admin, { customer: "Rig hall", model: RIG_LOOP, asset: "Loop" });
    const map =
      "Accelerometer1RMS=acc_1,Accelerometer2RMS=acc_2,Current=current,Pressure=p_discharge,Temperature=t_winding,Thermocouple=t_fluid,Voltage=voltage,Volume Flow RateRMS=flow";
    const verdicts: { run: string; inside: boolean; early: number }[] = [];
    for (const run of RUNS) {
      const machine = await addMachine(product.admin, { ...first, name: `Loop, run ${run}` });
      const file = join(unpacked, "skab-dev", `${run}.csv`);
      const { lastMs } = await play(machine, file, { timeColumn: "datetime", separator: ";", map });
      const rows = column(readFileSync(file, "utf8"), ";", "datetime", "anomaly");
      const shift = lastMs - rows.at(-1)!.at;
      const fault = rows.filter((row) => Number(row.value) === 1).map((row) => row.at + shift);
      const tickets = await ticketsFor(machine, 0);
      const hit = tickets.find((t) => t.openedAt >= fault[0]! && t.openedAt <= fault.at(-1)!);
      const early = tickets.filter((t) => t.openedAt < fault[0]!).length;
      verdicts.push({ run, inside: hit !== undefined, early });
      const after = hit && ((hit.openedAt - fault[0]!) / 1000).toFixed(0);
      process.stdout.write(
        `rig ${run}: ${hit ? `${hit.alarmType} ${after} s after the fault began` : "no ticket inside the fault"}, ${early} before it\n`,
      );
    }
    const inside = verdicts.filter((f) => f.inside).length;
    const clean = verdicts.filter((f) => f.early === 0).length;
    process.stdout.write(
      `rig: ticket inside the fault in ${inside} of ${RUNS.length} runs, none before it in ${clean}\n`,
    );
    for (const run of SURE_RUNS)
      expect(
        verdicts.find((f) => f.run === run),
        run,
      ).toMatchObject({ inside: true, early: 0 });
  });

  const nab = recordedData("nab-dev");
  it.skipIf(!nab)(
    "the failing room temperature raises a ticket at a labelled window",
    { timeout: 120_000 },
    async () => {
      execFileSync("tar", ["-xzf", join(nab!, "nab-dev.tar.gz"), "-C", unpacked]);
      const series = "realKnownCause/ambient_temperature_system_failure.csv";
      const machine = await install(product.admin, {
        customer: "Office block",
        model: ROOM_SENSOR,
        asset: "Compressor room",
      });
      const file = join(unpacked, "nab-dev/data", series);
      const { lastMs } = await play(machine, file, {
        timeColumn: "timestamp",
        separator: ",",
        map: `value=t_ambient*${1 / 1.8}${-32 / 1.8}`,
      });
      const rows = column(readFileSync(file, "utf8"), ",", "timestamp", "value");
      const shift = lastMs - rows.at(-1)!.at;
      const labels = JSON.parse(readFileSync(join(nab!, "labels.json"), "utf8")) as Record<
        string,
        [string, string][]
      >;
      const windows = labels[series]!.map(
        (window) =>
          window.map((t) => Date.parse(`${t.replace(" ", "T").slice(0, 19)}Z`) + shift) as [number, number],
      );
      const tickets = await ticketsFor(machine);
      for (const t of tickets)
        process.stdout.write(`room: ${t.alarmType} at ${new Date(t.openedAt - shift).toISOString()}\n`);
      const alarms = await product.admin.get<{
        items: { onset: number; raisedAt: number; clearedAt: number | null }[];
      }>(`/alarms?assetId=${machine.assetId}&state=all`);
      const touched = windows.filter(([from, to]) =>
        alarms.items.some((a) => a.raisedAt <= to && (a.clearedAt ?? lastMs) >= from),
      );
      process.stdout.write(
        `room: ${alarms.items.length} alarms, ${touched.length} of ${windows.length} labelled windows\n`,
      );
      expect(touched.length).toBeGreaterThan(0);
    },
  );
});

/** All runs that are here; those of SURE_RUNS must be found with no ticket before the fault. */
const RUNS = [
  ...[0, 2, 4, 6, 8, 10, 12, 14].map((n) => `valve1/${n}`),
  ...[0, 2].map((n) => `valve2/${n}`),
  ...[1, 3, 5, 7, 9, 11, 13].map((n) => `other/${n}`),
];
const SURE_RUNS = [
  "valve1/0",
  "valve1/4",
  "valve1/6",
  "valve1/8",
  "valve1/14",
  "valve2/0",
  "other/1",
  "other/9",
];

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS } from "./buckets.ts";
import { openDuckdbStore } from "./duckdb.ts";
import { extractContract } from "./extract.contract.ts";
import { storeContract } from "./store.contract.ts";
import { SampleBatch, type TelemetryStore } from "./store.ts";
import { BATCH_ROWS, CRASH_SERIES } from "./testing/crash-writer.ts";
import { batchOf, CUTS, DAY, expectSame, PlainModel, type Row } from "./testing/plain-model.ts";

const inFolder = async () => {
  const dir = mkdtempSync(join(tmpdir(), "millwright-duckdb-"));
  return {
    open: () => openDuckdbStore({ file: join(dir, "telemetry.duckdb") }),
    remove: async () => rmSync(dir, { recursive: true, force: true }),
  };
};
storeContract("duckdb", inFolder, { runs: 12 });
extractContract("duckdb", inFolder);

describe("duckdb store", () => {
  let dir: string;
  let file: string;
  const opened: TelemetryStore[] = [];
  const open = async (options: Partial<Parameters<typeof openDuckdbStore>[0]> = {}) => {
    const store = await openDuckdbStore({ file, ...options });
    opened.push(store);
    return store;
  };

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "millwright-duckdb-"));
    file = join(dir, "telemetry.duckdb");
  });
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it("loads a past month on the append path, rolls on the way, and answers as before from rollups", async () => {
    const store = await open({ rollRows: 20_000 });
    const model = new PlainModel();
    const rows: Row[] = [];
    for (let i = 0; i < 10_000; i++) {
      for (const tag of ["flow", "temp"]) {
        rows.push({ device: "pump-1", tag, time: DAY - 20 * DAY_MS + i * 260_000, value: (i * 7) % 50 });
      }
    }
    for (let start = 0; start < rows.length; start += 6000) {
      const part = rows.slice(start, start + 6000);
      expect(await store.write(batchOf(store, part), start + 1)).toMatchObject({ appended: part.length });
    }
    model.write(rows);
    await expectSame(store, model);
    for (const cut of [
      { from: DAY - 20 * DAY_MS, to: DAY + 11 * DAY_MS, buckets: 100 },
      { from: DAY - 20 * DAY_MS - 12_345, to: DAY + 10 * DAY_MS + 54_321, buckets: 97 },
      { from: DAY - 3 * DAY_MS + 1, to: DAY - HOUR_MS, buckets: 2000 },
    ]) {
      expect(await store.range({ devices: ["pump-1"], ...cut })).toEqual(
        model.range({ devices: ["pump-1"], ...cut }),
      );
    }
  });

  it("drops months that ended longer ago than keepDays, with their rollups", async () => {
    const store = await open({ keepDays: 30, now: () => DAY });
    const row = (time: number) => ({ device: "pump-1", tag: "flow", time, value: 1 });
    await store.write(batchOf(store, [row(DAY - 60 * DAY_MS), row(DAY - 20 * DAY_MS), row(DAY)]), 1);
    expect((await store.stats()).points).toBe(3);
    await store.maintain(DAY + 2 * HOUR_MS);
    expect((await store.stats()).points).toBe(2);
    const all = { device: "pump-1", tag: "flow", step: "1h", from: 0, to: DAY + DAY_MS } as const;
    expect((await store.rollup(all)).map((bucket) => bucket.time)).toEqual([DAY - 20 * DAY_MS, DAY]);
  });

  it("answers reads the same while rows move from the hot table into the months", async () => {
    const store = await open({ rollRows: 400 });
    const query = { devices: ["d"], from: DAY, to: DAY + DAY_MS, buckets: 1 };
    let writing = true;
    let reads = 0;
    const done = (async () => {
      for (let i = 0; i < 40; i++) {
        const rows = Array.from({ length: 100 }, (_, k) => ({
          device: "d",
          tag: "t",
          time: DAY + (i * 100 + k) * 1000,
          value: 1,
        }));
        await store.write(batchOf(store, rows), i + 1);
      }
    })().finally(() => {
      writing = false;
    });
    let before = 0;
    while (writing) {
      const [series] = await store.range(query);
      const count = series?.points[0]?.count ?? 0;
      expect(count).toBeGreaterThanOrEqual(before);
      before = count;
      reads++;
    }
    await done;
    expect(reads).toBeGreaterThan(5);
    expect((await store.range(query))[0]!.points[0]!.count).toBe(4000);
  });

  it("gives the same answers as a second store that got the same rows in another order", async () => {
    const one = await open();
    const two = await open({ file: join(dir, "two.duckdb"), rollRows: 50 });
    const rows: Row[] = Array.from({ length: 600 }, (_, i) => ({
      device: `pump-${1 + (i % 2)}`,
      tag: i % 3 ? "flow" : "temp",
      time: DAY - 12 * HOUR_MS + ((i * 7919) % 600) * 144_000,
      value: ((i * 31) % 64) / 4,
    }));
    await one.write(batchOf(one, rows), 1);
    const reversed = rows.toReversed();
    for (let i = 0; i < reversed.length; i += 60)
      await two.write(batchOf(two, reversed.slice(i, i + 60)), i + 1);
    for (const cut of CUTS) {
      const query = { devices: ["pump-1", "pump-2"], ...cut };
      expect(await two.range(query)).toEqual(await one.range(query));
    }
  });

  it("refuses a second process, and says so", async () => {
    await open();
    const child = crashWriter(file, "0");
    const said = await new Promise<string>((resolve) => {
      let text = "";
      child.stderr!.on("data", (bytes) => {
        text += bytes;
      });
      child.on("exit", () => resolve(text));
    });
    expect(said).toContain("in use by another process");
  });

  it("agrees on offset and points after kill -9 at any moment of writing and rolling", async () => {
    let through = 0;
    for (let round = 0; round < 4; round++) {
      const child = crashWriter(file, String(through));
      // The writer tells each offset after its write resolved; it dies somewhere in a later one.
      const target = through + 6 + round * 3;
      const acknowledged = await new Promise<number>((resolve, reject) => {
        let newest = 0;
        let rest = "";
        child.stdout!.on("data", (bytes) => {
          const lines = (rest + bytes).split("\n");
          rest = lines.pop()!;
          for (const line of lines) newest = Number(line);
          if (newest >= target && child.exitCode === null) child.kill("SIGKILL");
        });
        child.on("exit", (code) =>
          code === null ? resolve(newest) : reject(new Error(`writer ended with ${code}`)),
        );
      });
      const store = await openDuckdbStore({ file });
      through = store.offset();
      expect(through).toBeGreaterThanOrEqual(acknowledged);
      // The writer rewrites one earlier point in each batch: rows grow by the others only.
      expect((await store.stats()).points).toBe(through * BATCH_ROWS);
      const newest = await store.last();
      expect(newest).toHaveLength(CRASH_SERIES);
      expect(newest[0]!.value).toBe(through);
      const [series] = await store.range({
        devices: [newest[0]!.device],
        from: DAY,
        to: DAY + 30 * DAY_MS,
        buckets: 1,
      });
      expect(series!.points[0]!.count).toBe((through * BATCH_ROWS) / CRASH_SERIES);
      await store.close();
    }
  }, 60_000);

  it("keeps a failed batch out whole, and takes it afterwards", async () => {
    const store = await open();
    await store.write(batchOf(store, [{ device: "d", tag: "t", time: DAY, value: 1 }]), 1);
    const bad = new SampleBatch(2);
    bad.push(store.series("d", "t"), DAY + 1, 2, 0);
    bad.push(4711, DAY + 1, 2, 0);
    await expect(store.write(bad, 2)).rejects.toMatchObject({ code: "invalid" });
    expect((await store.stats()).points).toBe(1);
    expect(
      await store.write(batchOf(store, [{ device: "d", tag: "t", time: DAY + 1, value: 2 }]), 2),
    ).toMatchObject({
      appended: 1,
    });
  });
});

const crashWriterFile = fileURLToPath(new URL("./testing/crash-writer.ts", import.meta.url));

function crashWriter(file: string, after: string): ChildProcess {
  return spawn(process.execPath, ["--import", "tsx", crashWriterFile, file, after], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_OPTIONS: "" },
  });
}

import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openDuckdbStore } from "../duckdb.ts";
import { SampleBatch, type TelemetryStore } from "../store.ts";
import { inspectDuckdb } from "./copy-to.ts";

let dir: string;
let store: TelemetryStore;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "duckdb-copy-"));
  store = await openDuckdbStore({ file: join(dir, "telemetry.duckdb"), rollRows: 40_000 });
});
afterEach(async () => {
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});

const BATCH = 10_000;
async function write(nth: number): Promise<void> {
  const batch = new SampleBatch(BATCH);
  const series = store.series("d1", "flow");
  for (let i = 0; i < BATCH; i++) batch.push(series, 1_700_000_000_000 + nth * BATCH + i, i, 0);
  await store.write(batch, nth + 1);
}
const never = new AbortController().signal;

it("is of one moment while writes and rolls go on: as many points as its offset says", async () => {
  for (let nth = 0; nth < 6; nth++) await write(nth);
  const file = join(dir, "copy.duckdb");
  const copying = store.copyTo!(file, never);
  for (let nth = 6; nth < 12; nth++) await write(nth);
  await copying;
  const { offset, rows } = await inspectDuckdb(file);
  const samples = Object.entries(rows).filter(([table]) => /^(hot_|samples_)/.test(table));
  expect(samples.reduce((sum, [, count]) => sum + count, 0)).toBe(offset * BATCH);
  expect(offset).toBeGreaterThanOrEqual(6);
  expect(store.offset()).toBe(12);
  const copy = await openDuckdbStore({ file });
  expect(copy.offset()).toBe(offset);
  expect((await copy.last())[0]?.time).toBe(1_700_000_000_000 + offset * BATCH - 1);
  await copy.close();
});

it("that is ended leaves no file and can be made again; the store goes on", async () => {
  for (let nth = 0; nth < 6; nth++) await write(nth);
  const file = join(dir, "copy.duckdb");
  await expect(store.copyTo!(file, AbortSignal.timeout(0))).rejects.toThrow("could not be copied");
  expect(existsSync(file)).toBe(false);
  await write(6);
  await store.copyTo!(file, never);
  expect((await inspectDuckdb(file)).offset).toBe(7);
});

it("is ended by closing the store", async () => {
  for (let nth = 0; nth < 6; nth++) await write(nth);
  const copying = store.copyTo!(join(dir, "copy.duckdb"), never).catch(() => "ended");
  await store.close();
  await copying;
  expect(readdirSync(dir)).toContain("telemetry.duckdb");
});

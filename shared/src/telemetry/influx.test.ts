import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HOUR_MS } from "./buckets.ts";
import { openDuckdbStore } from "./duckdb.ts";
import { extractContract } from "./extract.contract.ts";
import { openInfluxStore } from "./influx.ts";
import { storeContract } from "./store.contract.ts";
import { type Peer, peerInstalled, startInfluxd, startVictoriaMetrics } from "./testing/peers.ts";
import { batchOf, byName, CUTS, DAY, expectSame, PlainModel, type Row } from "./testing/plain-model.ts";

const log = pino({ level: "silent" });

describe.skipIf(!peerInstalled("influxd"))("with a real influxd", () => {
  let influxd: Peer;
  let databases = 0;
  beforeAll(async () => {
    influxd = await startInfluxd();
  });
  afterAll(() => influxd.stop());

  const onServer = async () => {
    const dir = mkdtempSync(join(tmpdir(), "millwright-influx-"));
    const bucket = `contract ${++databases}`;
    return {
      open: () => openInfluxStore({ url: influxd.url, bucket, stateFile: join(dir, "state.db"), log }),
      remove: async () => {
        await fetch(`${influxd.url}/query?q=${encodeURIComponent(`DROP DATABASE "${bucket}"`)}`, {
          method: "POST",
        });
        rmSync(dir, { recursive: true, force: true });
      },
    };
  };
  storeContract("influx", onServer, { runs: 8 });
  extractContract("influx", onServer);
});

describe.skipIf(!peerInstalled("influxd"))("an influxd that comes and goes", () => {
  let influxd: Peer;
  let dir: string;
  beforeAll(async () => {
    influxd = await startInfluxd();
    dir = mkdtempSync(join(tmpdir(), "millwright-influx-"));
  });
  afterAll(async () => {
    await influxd.stop();
    rmSync(dir, { recursive: true, force: true });
  });
  const row = (time: number, value: number): Row => ({ device: "d", tag: "t", time, value });

  it("rejects writes while down, loses nothing, and takes the same batch afterwards", async () => {
    await influxd.pause();
    const options = { url: influxd.url, bucket: "outage", stateFile: join(dir, "outage.db"), log };
    const store = await openInfluxStore(options);
    const batch = batchOf(store, [row(DAY, 1), row(DAY + 1000, 2)]);
    await expect(store.write(batch, 1)).rejects.toMatchObject({ code: "unavailable" });
    await expect(store.stats()).rejects.toMatchObject({ code: "unavailable" });
    expect([store.offset(), await store.last()]).toEqual([0, []]);
    await influxd.resume();
    expect(await store.write(batch, 1)).toEqual({ appended: 2, rewritten: 0, repeated: 0 });
    await influxd.pause();
    await expect(store.write(batchOf(store, [row(DAY + 2000, 3)]), 2)).rejects.toMatchObject({
      code: "unavailable",
    });
    await store.close();
    // The newest points come from the state file, though the server is away.
    const again = await openInfluxStore(options);
    expect([again.offset(), (await again.last())[0]]).toEqual([1, { ...row(DAY + 1000, 2), grade: 0 }]);
    await influxd.resume();
    await again.write(batchOf(again, [row(DAY + 2000, 3)]), 2);
    expect((await again.stats()).points).toBe(3);
    await again.close();
  });

  it("stores a batch once that was written before a crash kept its offset from being noted", async () => {
    const stateFile = join(dir, "crash.db");
    const options = { url: influxd.url, bucket: "crash", stateFile, log };
    const first = await openInfluxStore(options);
    await first.write(batchOf(first, [row(DAY, 1)]), 1);
    await first.close();
    copyFileSync(stateFile, `${stateFile}.before`);
    const crashed = await openInfluxStore(options);
    await crashed.write(batchOf(crashed, [row(DAY + 1000, 2), row(DAY, 5)]), 2);
    await crashed.close();
    copyFileSync(`${stateFile}.before`, stateFile);
    const store = await openInfluxStore(options);
    expect(store.offset()).toBe(1);
    await store.write(batchOf(store, [row(DAY + 1000, 2), row(DAY, 5)]), 2);
    await store.maintain(Date.now());
    const model = new PlainModel();
    model.write([row(DAY + 1000, 2), row(DAY, 5)]);
    await expectSame(store, model);
    await store.close();
  });

  it("takes over what the server holds when the state file is lost", async () => {
    const options = { url: influxd.url, bucket: "adopt", log };
    const first = await openInfluxStore({ ...options, stateFile: join(dir, "a.db") });
    await first.write(batchOf(first, [{ ...row(DAY, 1), device: "a, b=c%\\" }]), 9);
    await first.close();
    const second = await openInfluxStore({ ...options, stateFile: join(dir, "b.db") });
    expect(await second.last()).toEqual([{ device: "a, b=c%\\", tag: "t", time: DAY, value: 1, grade: 0 }]);
    expect(second.offset()).toBe(0);
    await second.close();
  });

  it("gives the same answers as the DuckDB engine for the same batches", async () => {
    const influx = await openInfluxStore({
      url: influxd.url,
      bucket: "two",
      stateFile: join(dir, "two.db"),
      log,
    });
    const duckdb = await openDuckdbStore({ file: join(dir, "two.duckdb"), rollRows: 300 });
    for (let batch = 0; batch < 6; batch++) {
      const rows = Array.from({ length: 200 }, (_, i) => ({
        device: `pump-${i % 3}`,
        tag: i % 2 ? "flow" : "temp",
        time: DAY - 12 * HOUR_MS + (((batch * 200 + i) * 7919) % 1000) * 86_400,
        value: ((i * 31 + batch) % 64) / 4,
        grade: i % 17 ? 0 : 65,
      }));
      const results = [];
      for (const store of [influx, duckdb]) results.push(await store.write(batchOf(store, rows), batch + 1));
      expect(results[0]).toEqual(results[1]);
      if (batch === 3) await influx.maintain(Date.now());
    }
    expect((await influx.last()).sort(byName)).toEqual((await duckdb.last()).sort(byName));
    for (const cut of CUTS) {
      for (const devices of [["pump-0"], ["pump-0", "pump-1", "pump-2"]]) {
        expect(await influx.range({ devices, ...cut })).toEqual(await duckdb.range({ devices, ...cut }));
      }
    }
    await influx.close();
    await duckdb.close();
  });
});

describe.skipIf(!peerInstalled("victoria-metrics"))("a server with only the v2 write path", () => {
  let victoria: Peer;
  let dir: string;
  beforeAll(async () => {
    victoria = await startVictoriaMetrics();
    dir = mkdtempSync(join(tmpdir(), "millwright-victoria-"));
  });
  afterAll(async () => {
    await victoria.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it("gets every sample with its labels, time, value and grade through /api/v2/write", async () => {
    const paths: string[] = [];
    const spied = pino({ level: "info" }, { write: (line: string) => paths.push(JSON.parse(line).path) });
    const store = await openInfluxStore({
      url: victoria.url,
      bucket: "plant",
      org: "works",
      token: "secret",
      stateFile: join(dir, "state.db"),
      log: spied,
    });
    const rows = Array.from({ length: 25_000 }, (_, i) => ({
      device: `pump ${i % 5}`,
      tag: "flow",
      time: DAY + i * 10,
      value: i / 4,
      grade: i % 2,
    }));
    expect(await store.write(batchOf(store, rows), 3)).toMatchObject({ appended: 25_000 });
    expect(store.offset()).toBe(3);
    expect(paths).toContain("/api/v2/write");
    await fetch(`${victoria.url}/internal/force_flush`);
    const exported = await fetch(
      `${victoria.url}/api/v1/export?match[]=${encodeURIComponent('{__name__=~"samples_.*"}')}&start=0`,
    );
    type Series = {
      metric: { __name__: string; device: string; tag: string };
      values: number[];
      timestamps: number[];
    };
    const series = (await exported.text())
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Series);
    for (const [name, of] of [
      ["samples_v", (row: Row) => row.value],
      ["samples_grade", (row: Row) => row.grade],
    ] as const) {
      const got = series
        .filter(({ metric }) => metric.__name__ === name)
        .flatMap(({ metric, values, timestamps }) =>
          values.map((value, i) => `${metric.device} ${metric.tag} ${timestamps[i]} ${value}`),
        );
      expect(got.sort()).toEqual(rows.map((row) => `${row.device} ${row.tag} ${row.time} ${of(row)}`).sort());
    }
    await store.close();
  });
});

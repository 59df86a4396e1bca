import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { GRADES } from "../domain/quality.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "./buckets.ts";
import type { ExtractFormat, ExtractQuery } from "./extract.ts";
import type { StoreUnderTest } from "./store.contract.ts";
import type { TelemetryStore } from "./store.ts";
import { batchOf, DAY, type Row } from "./testing/plain-model.ts";

export function extractContract(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(`${name}: extract contract`, () => {
    let under: StoreUnderTest;
    let store: TelemetryStore;
    let dir: string;

    beforeEach(async () => {
      under = await make();
      store = await under.open();
      dir = mkdtempSync(join(tmpdir(), "millwright-extract-"));
    });
    afterEach(async () => {
      await store.close();
      await under.remove();
      rmSync(dir, { recursive: true, force: true });
    });

    const signal = new AbortController().signal;
    const source = { asset: "Pump", serial: "P-1", devices: ["pump-1"], since: 0, units: { flow: "m3/h" } };
    const query: ExtractQuery = {
      sources: [source],
      from: DAY - HOUR_MS,
      to: DAY + 3 * DAY_MS,
      resolution: "raw",
    };
    const at = (time: number, value: number, grade = 0, tag = "flow"): Row => ({
      device: "pump-1",
      tag,
      time,
      value,
      grade,
    });
    const take = async (asked: ExtractQuery, format: ExtractFormat = "csv", zone = "UTC") => {
      const slices = await store.extractor!.slices(asked, signal);
      const files = slices.map((_, i) => join(dir, `${Math.random()}-${i}.${format}`));
      for (const [i, file] of files.entries())
        await store.extractor!.write(asked, slices[i]!, { file, format, header: i === 0, zone }, signal);
      return { slices, files };
    };
    const lines = async (asked: ExtractQuery, zone?: string) => {
      const { files, slices } = await take(asked, "csv", zone);
      const found = files
        .map((file) => readFileSync(file, "utf8"))
        .join("")
        .trimEnd()
        .split("\n");
      expect(found.length - 1, "the count known beforehand").toBe(slices.reduce((n, s) => n + s.rows, 0));
      return found;
    };

    it("gives every sample with its quality, in time order, rolled away or not", async () => {
      await store.write(batchOf(store, [at(DAY, 1.5), at(DAY + 2000, 2, GRADES["above-span"])]), 1);
      await store.maintain(Date.now() + 2 * HOUR_MS);
      await store.write(
        batchOf(store, [at(DAY + 1000, -3, GRADES.unlisted, "temp"), at(DAY + 2 * DAY_MS, 4)]),
        2,
      );
      expect(await lines(query)).toEqual([
        "time,asset,serial,tag,unit,value,quality,reason",
        `${dayOf(0)}T00:00:00.000+00:00,Pump,P-1,flow,m3/h,1.5,good,`,
        `${dayOf(0)}T00:00:01.000+00:00,Pump,P-1,temp,,-3.0,uncertain,unlisted`,
        `${dayOf(0)}T00:00:02.000+00:00,Pump,P-1,flow,m3/h,2.0,bad,above-span`,
        `${dayOf(2)}T00:00:00.000+00:00,Pump,P-1,flow,m3/h,4.0,good,`,
      ]);
    });

    it("gives rollups that agree with the store's own, without bad samples", async () => {
      const rows = Array.from({ length: 200 }, (_, i) => at(DAY + i * 20_000, (i * 7) % 50));
      await store.write(batchOf(store, rows.slice(0, 150)), 1);
      await store.maintain(Date.now() + 2 * HOUR_MS);
      await store.write(
        batchOf(store, [...rows.slice(150), at(DAY + 5000, 2), at(DAY + 5001, 999, GRADES.spike)]),
        2,
      );
      const found = (await lines({ ...query, resolution: "1m" })).slice(1).map((line) => line.split(","));
      const own = await store.rollup({
        device: "pump-1",
        tag: "flow",
        step: "1m",
        from: query.from,
        to: query.to,
      });
      expect(
        found.map(([time, , , , , mean, min, max, last, count]) => ({
          time: Date.parse(time!),
          mean: Number(mean),
          min: Number(min),
          max: Number(max),
          last: Number(last),
          count: Number(count),
        })),
      ).toEqual(own.map((bucket) => expect.objectContaining(bucket)));
      expect(found).toHaveLength(67);
    });

    it("gives nothing from before the machine was the reader's, not even inside a rollup", async () => {
      await store.write(batchOf(store, [at(DAY, 1), at(DAY + 30_000, 2), at(DAY + MINUTE_MS, 3)]), 1);
      const mine = { ...query, sources: [{ ...source, since: DAY + 10_000 }] };
      expect((await lines(mine)).slice(1).map((line) => line.split(",")[5])).toEqual(["2.0", "3.0"]);
      expect((await lines({ ...mine, resolution: "1m" })).slice(1).map((line) => line.split(",")[5])).toEqual(
        ["3.0"],
      );
    });

    it("keeps machines apart, takes only the tags named, and none of another device", async () => {
      const two = [at(DAY, 1), at(DAY, 5, 0, "temp"), { ...at(DAY, 2), device: "pump-2" }];
      await store.write(batchOf(store, [...two, { ...at(DAY, 666), device: "pump-3" }]), 1);
      const sources = [source, { ...source, asset: "Other", serial: "P-2", devices: ["pump-2"] }];
      expect((await lines({ ...query, sources, tags: ["flow"] })).slice(1).sort()).toEqual([
        `${dayOf(0)}T00:00:00.000+00:00,Other,P-2,flow,m3/h,2.0,good,`,
        `${dayOf(0)}T00:00:00.000+00:00,Pump,P-1,flow,m3/h,1.0,good,`,
      ]);
    });

    it("writes text that a spreadsheet would run as text", async () => {
      await store.write(batchOf(store, [at(DAY, -1)]), 1);
      const sources = [{ ...source, asset: '=HYPERLINK("x","y")', serial: "+1'1" }];
      expect((await lines({ ...query, sources }))[1]).toBe(
        `${dayOf(0)}T00:00:00.000+00:00,"'=HYPERLINK(""x"",""y"")",'+1'1,flow,m3/h,-1.0,good,`,
      );
    });

    it("writes Parquet with instants, doubles and words", async () => {
      await store.write(batchOf(store, [at(DAY + 7, 1.25), at(DAY + 2 * DAY_MS, 2, GRADES.spike)]), 1);
      const file = join(dir, "all.parquet");
      await store.extractor!.write(
        query,
        query,
        { file, format: "parquet", header: true, zone: "UTC" },
        signal,
      );
      const instance = await DuckDBInstance.create(":memory:");
      const connection = await instance.connect();
      const ask = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJson();
      expect(await ask(`SELECT name, duckdb_type FROM parquet_schema('${file}') OFFSET 1`)).toEqual([
        ["time", "TIMESTAMP WITH TIME ZONE"],
        ...["asset", "serial", "tag", "unit"].map((column) => [column, "VARCHAR"]),
        ["value", "DOUBLE"],
        ["quality", "VARCHAR"],
        ["reason", "VARCHAR"],
      ]);
      expect(
        await ask(`SELECT epoch_ms(time)::DOUBLE, value, quality, reason FROM '${file}' ORDER BY time`),
      ).toEqual([
        [DAY + 7, 1.25, "good", null],
        [DAY + 2 * DAY_MS, 2, "bad", "spike"],
      ]);
      connection.closeSync();
      instance.closeSync();
    });

    it("ends when it is told to", async () => {
      await store.write(batchOf(store, [at(DAY, 1)]), 1);
      const ended = AbortSignal.abort();
      await expect(store.extractor!.slices(query, ended)).rejects.toThrow();
      const target = { file: join(dir, "x.csv"), format: "csv", header: true, zone: "UTC" } as const;
      await expect(store.extractor!.write(query, query, target, ended)).rejects.toThrow();
      expect((await lines(query)).length).toBe(2);
    });

    it("has no slice where there is nothing", async () => {
      expect(await store.extractor!.slices(query, signal)).toEqual([]);
    });
  });
}

const dayOf = (after: number) => new Date(DAY + after * DAY_MS).toISOString().slice(0, 10);

import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { GRADES } from "../domain/quality.ts";
import { HOUR_MS } from "./buckets.ts";
import type { TelemetryStore } from "./store.ts";
import { batchOf, byName, DAY, expectSame, PlainModel, type Row } from "./testing/plain-model.ts";

/** One engine under test: `open` opens the same stored data again after `close`, `remove` ends and deletes it. */
export type StoreUnderTest = {
  open(): Promise<TelemetryStore>;
  remove(): Promise<void>;
};

/** Multiples of a quarter add up exactly in any order, so that answers can be compared by equality. */
const rowOf = (spanMs: number) =>
  fc.record({
    device: fc.constantFrom("pump-1", "pump 2,=é"),
    tag: fc.constantFrom("flow", "temp"),
    time: fc.oneof(
      { weight: 3, arbitrary: fc.integer({ min: 0, max: spanMs }).map((ms) => DAY - spanMs / 2 + ms) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 40 }).map((step) => DAY + step * 20_000) },
    ),
    value: fc.integer({ min: -400, max: 400 }).map((quarter) => quarter / 4),
    grade: fc.constantFrom<number>(0, 0, 0, GRADES.unlisted, GRADES["above-span"]),
  });

export function storeContract(
  name: string,
  make: () => Promise<StoreUnderTest>,
  options: { runs: number },
): void {
  describe(`${name}: telemetry store contract`, () => {
    let under: StoreUnderTest;
    let store: TelemetryStore;

    beforeEach(async () => {
      under = await make();
      store = await under.open();
    });
    afterEach(async () => {
      await store.close();
      await under.remove();
    });

    const reopen = async () => {
      await store.close();
      store = await under.open();
    };
    const write = (rows: readonly Row[], offset: number) => store.write(batchOf(store, rows), offset);
    const at = (time: number, value: number, grade = 0): Row => ({
      device: "pump-1",
      tag: "flow",
      time,
      value,
      grade,
    });
    const everything = { devices: ["pump-1", "pump-2"], from: DAY - HOUR_MS, to: DAY + HOUR_MS, buckets: 1 };

    it("is empty at first", async () => {
      expect(store.offset()).toBe(0);
      expect(await store.last()).toEqual([]);
      expect(await store.range(everything)).toEqual([]);
      expect(await store.stats()).toMatchObject({ points: 0, series: 0 });
    });

    it("tells in which buckets uncertain samples lie, rolled up or not; bad ones are none of them", async () => {
      const minute = 60_000;
      const rows = [at(DAY, 1), at(DAY + 1, 2, GRADES["clock-ahead"]), at(DAY + 2, 3, GRADES.unlisted)];
      await write(
        [...rows, at(DAY + minute, 4, GRADES["above-span"]), at(DAY + 2 * minute, 5, GRADES.unlisted)],
        1,
      );
      const query = { devices: ["pump-1"], tags: ["flow"], from: DAY, to: DAY + 3 * minute, buckets: 3 };
      const told = [
        {
          tag: "flow",
          buckets: [
            { time: DAY, count: 2 },
            { time: DAY + 2 * minute, count: 1 },
          ],
        },
      ];
      expect(await store.doubt?.(query)).toEqual(told);
      await store.maintain(DAY + 2 * HOUR_MS);
      await reopen();
      expect(await store.doubt?.(query)).toEqual(told);
    });

    it("keeps points, series and offset across a restart", async () => {
      const flow = store.series("pump-1", "flow");
      const temp = store.series("pump-1", "temp");
      expect(await write([at(DAY, 1.5), { ...at(DAY, 20), tag: "temp" }], 7)).toEqual({
        appended: 2,
        rewritten: 0,
        repeated: 0,
      });
      await reopen();
      expect(store.offset()).toBe(7);
      expect([store.series("pump-1", "temp"), store.series("pump-1", "flow")]).toEqual([temp, flow]);
      expect(store.series("pump-2", "flow")).not.toBe(temp);
      expect((await store.last()).sort(byName)).toEqual([
        { device: "pump-1", tag: "flow", time: DAY, value: 1.5, grade: 0 },
        { device: "pump-1", tag: "temp", time: DAY, value: 20, grade: 0 },
      ]);
      expect(await store.stats()).toMatchObject({ points: 2, series: 2 });
    });

    it("moves the offset with an empty batch, and never back", async () => {
      await write([], 5);
      await write([at(DAY, 1)], 3);
      expect(store.offset()).toBe(5);
      await reopen();
      expect(store.offset()).toBe(5);
    });

    it("drops an exact repeat of the newest, rewrites any other known time, and counts both", async () => {
      await write([at(DAY, 1), at(DAY + 1000, 2)], 1);
      expect(await write([at(DAY + 1000, 2), at(DAY + 1000, 3), at(DAY, 1), at(DAY + 2000, 4)], 2)).toEqual({
        appended: 1,
        rewritten: 2,
        repeated: 1,
      });
      const [series] = await store.range({ ...everything, from: DAY, to: DAY + 3000, buckets: 3 });
      expect(series!.points.map(({ last, count }) => [last, count])).toEqual([
        [1, 1],
        [3, 1],
        [4, 1],
      ]);
    });

    it("lets the last row of a batch win over others of its time", async () => {
      await write([at(DAY, 1), at(DAY + 1000, 5), at(DAY, 2), at(DAY + 1000, 6), at(DAY, 3)], 1);
      const [series] = await store.range({ ...everything, from: DAY, to: DAY + 2000, buckets: 2 });
      expect(series!.points.map(({ last, count }) => [last, count])).toEqual([
        [3, 1],
        [6, 1],
      ]);
      expect((await store.stats()).points).toBe(2);
    });

    it("leaves bad samples out of all bucket figures, and uncertain ones in", async () => {
      await write([at(DAY, 10), at(DAY + 1, 999, GRADES["above-span"]), at(DAY + 2, 20, GRADES.unlisted)], 1);
      await write([at(DAY + 3, -999, GRADES["below-span"])], 2);
      for (const maintained of [false, true]) {
        if (maintained) await store.maintain(Date.now() + 2 * HOUR_MS);
        expect(await store.range(everything)).toEqual([
          {
            tag: "flow",
            points: [{ time: everything.from, min: 10, max: 20, mean: 15, last: 20, count: 2 }],
          },
        ]);
      }
      expect((await store.last())[0]).toMatchObject({ value: -999, grade: GRADES["below-span"] });
    });

    it("corrects rollups when late data replaces, adds or spoils a sample", async () => {
      const minutes = () =>
        store.rollup({ device: "pump-1", tag: "flow", step: "1m", from: DAY, to: DAY + HOUR_MS });
      await write([at(DAY, 1), at(DAY + 30_000, 3), at(DAY + 60_000, 5), at(DAY + 2 * HOUR_MS, 0)], 1);
      await store.maintain(Date.now() + 2 * HOUR_MS);
      await write([at(DAY + 30_000, 7), at(DAY + 45_000, 2), at(DAY + 60_000, 5, GRADES.spike)], 2);
      const expected = [{ time: DAY, min: 1, max: 7, mean: 10 / 3, last: 2, count: 3 }];
      expect(await minutes()).toEqual(expected);
      await store.maintain(Date.now() + 4 * HOUR_MS);
      expect(await minutes()).toEqual(expected);
      await reopen();
      expect(await minutes()).toEqual(expected);
      const hours = { device: "pump-1", tag: "flow", step: "1h", from: DAY, to: DAY + HOUR_MS } as const;
      expect(await store.rollup(hours)).toEqual(expected);
    });

    it("merges the same tag of several devices", async () => {
      await write([at(DAY, 1), at(DAY + 10, 2), { ...at(DAY + 5, 6), device: "pump-2" }], 1);
      const [series, ...others] = await store.range(everything);
      expect(others).toEqual([]);
      expect(series!.points).toEqual([{ time: everything.from, min: 1, max: 6, mean: 3, last: 2, count: 3 }]);
    });

    it("keeps the same tag of several devices apart when asked to", async () => {
      await write([at(DAY, 1), at(DAY + 10, 2), { ...at(DAY + 5, 6), device: "pump-2" }], 1);
      const hour = { ...everything, from: DAY, to: DAY + HOUR_MS, buckets: 1, byDevice: true };
      for (const rolled of [false, true]) {
        if (rolled) await store.maintain(Date.now() + 4 * HOUR_MS);
        expect(await store.range(hour)).toEqual([
          {
            tag: "flow",
            device: "pump-1",
            points: [{ time: DAY, min: 1, max: 2, mean: 1.5, last: 2, count: 2 }],
          },
          {
            tag: "flow",
            device: "pump-2",
            points: [{ time: DAY, min: 6, max: 6, mean: 6, last: 6, count: 1 }],
          },
        ]);
      }
    });

    it("erases a device and nothing else, and takes it in again", async () => {
      await write([at(DAY, 1), { ...at(DAY, 6), device: "pump-2" }], 1);
      await store.maintain(Date.now() + 2 * HOUR_MS);
      await write([at(DAY + 1, 2), { ...at(DAY + 1, 7), device: "pump-2" }], 2);
      await store.erase("pump-1");
      for (const reopened of [false, true]) {
        if (reopened) await reopen();
        expect((await store.last()).map((point) => point.device)).toEqual(["pump-2"]);
        expect(await store.stats()).toMatchObject({ points: 2, series: 1 });
        expect(
          (await store.range({ ...everything, devices: ["pump-1"] })).flatMap(({ points }) => points),
        ).toEqual([]);
        expect(
          await store.rollup({ device: "pump-1", tag: "flow", step: "1h", from: DAY, to: DAY + HOUR_MS }),
        ).toEqual([]);
        expect(store.offset()).toBe(2);
      }
      expect(await write([at(DAY, 9)], 3)).toEqual({ appended: 1, rewritten: 0, repeated: 0 });
      expect((await store.last()).find((point) => point.device === "pump-1")).toMatchObject({ value: 9 });
    });

    it("refuses what could not be stored, and is none the worse for it", async () => {
      await write([at(DAY, 1)], 1);
      await expect(write([at(DAY + 1, 2), at(DAY + 2, Number.NaN)], 2)).rejects.toMatchObject({
        code: "invalid",
      });
      await expect(write([at(DAY + 0.5, 2)], 2)).rejects.toMatchObject({ code: "invalid" });
      await expect(store.range({ ...everything, to: everything.from })).rejects.toMatchObject({
        code: "invalid",
      });
      await expect(store.range({ ...everything, buckets: 0 })).rejects.toMatchObject({ code: "invalid" });
      expect(store.offset()).toBe(1);
      expect(await write([at(DAY + 1, 2)], 2)).toMatchObject({ appended: 1 });
      expect((await store.last())[0]).toMatchObject({ time: DAY + 1, value: 2 });
    });

    it("takes a large batch of interleaved series as new points", async () => {
      const rows: Row[] = [];
      for (let i = 0; i < 500; i++) {
        for (let s = 0; s < 20; s++)
          rows.push({ device: `d${s}`, tag: "t", time: DAY + i * 10_000, value: i % 7 });
      }
      expect(await write(rows, 1)).toEqual({ appended: 10_000, rewritten: 0, repeated: 0 });
      expect((await store.stats()).points).toBe(10_000);
    });

    it("ends in the same rows, buckets and rollups for any order, repetition and lateness", async () => {
      // `up` = upkeep after the batch; again = the batch comes twice; restart = reopened after it.
      const step = fc.record({
        rows: fc.array(rowOf(26 * HOUR_MS), { maxLength: 40 }),
        up: fc.boolean(),
        again: fc.boolean(),
        restart: fc.constantFrom(false, false, false, true),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
          await store.close();
          await under.remove();
          under = await make();
          store = await under.open();
          const model = new PlainModel();
          let offset = 0;
          for (const { rows, up, again, restart } of steps) {
            for (let time = 0; time < (again ? 2 : 1); time++) {
              const result = await write(rows, ++offset);
              expect(result.appended + result.rewritten + result.repeated).toBe(rows.length);
              model.write(rows);
            }
            if (up) await store.maintain(Date.now() + 2 * HOUR_MS);
            if (restart) await reopen();
          }
          await expectSame(store, model);
        }),
        { numRuns: options.runs },
      );
    }, 120_000);
  });
}

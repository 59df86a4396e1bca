import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { type SmallDisk, smallDisk } from "../../testing/small-disk.ts";
import { openDuckdbStore } from "../duckdb.ts";
import type { TelemetryStore } from "../store.ts";
import { batchOf, DAY } from "../testing/plain-model.ts";

const disk: SmallDisk | null = smallDisk(24);
let store: TelemetryStore | null = null;

afterEach(async () => {
  await store?.close();
  disk?.remove();
});

const ROWS = 2_000;
const rowsOf = (batch: number) =>
  Array.from({ length: ROWS }, (_, i) => ({
    device: `pump-${batch % 7}`,
    tag: "flow",
    time: DAY + (batch * ROWS + i) * 1_000,
    value: Math.sin(i * batch),
  }));

it.skipIf(disk === null)(
  "a full disk: the batch is refused, reads go on, and with space again the same store takes the same batch",
  { timeout: 60_000 },
  async () => {
    const file = join(disk!.dir, "telemetry.duckdb");
    store = await openDuckdbStore({ file, rollRows: 20_000 });
    let offset = 0;
    let timesFull = 0;
    while (offset < 160) {
      // Before the first checkpoint, and when rolls have made many blocks.
      if (offset === [30, 90][timesFull]) disk!.fill();
      try {
        const written = await store.write(batchOf(store, rowsOf(offset)), offset + 1);
        expect(written).toMatchObject({ appended: ROWS });
        offset++;
        continue;
      } catch (error) {
        expect(error).toMatchObject({
          code: "unavailable",
          message: expect.stringContaining("no space left"),
        });
      }
      expect(store.offset()).toBe(offset);
      expect((await store.stats()).points).toBe(offset * ROWS);
      await expect(store.write(batchOf(store, rowsOf(offset)), offset + 1)).rejects.toThrow();
      timesFull++;
      disk!.free();
    }
    expect(timesFull).toBe(2);
    expect(await store.stats()).toMatchObject({ points: 160 * ROWS, series: 7 });
    await store.close();
    store = await openDuckdbStore({ file });
    expect(store.offset()).toBe(160);
    const [flow] = await store.range({
      devices: Array.from({ length: 7 }, (_, i) => `pump-${i}`),
      from: DAY,
      to: DAY + 160 * ROWS * 1_000,
      buckets: 1,
    });
    expect(flow!.points[0]!.count).toBe(160 * ROWS);
  },
);

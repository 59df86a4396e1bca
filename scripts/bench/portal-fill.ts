import { join } from "node:path";
import { openDuckdbStore } from "@millwright/shared/telemetry/duckdb";
import { SampleBatch } from "@millwright/shared/telemetry/store";
import type { Machine } from "../../stories/support/plant.ts";
import { BENCH_PUMP } from "./models.ts";

const DAYS = 30;
const DAY_MS = 86_400_000;
/** The first machines, of which charts and files are measured, have every reading; the others one in ten minutes. */
export const DENSE = 5;
const STEP_MS = { watched: 10_000, others: 600_000 };
const BATCH_ROWS = 400_000;
const MIDDLE: Record<string, number> = { speed: 1485, flow: 400, p_discharge: 5.2, motor_current: 121 };

/** Thirty days straight into the store, while nothing else has it open. Returns the number of points. */
export async function fill(dataDir: string, machines: readonly Machine[]): Promise<number> {
  const store = await openDuckdbStore({ file: join(dataDir, "telemetry.duckdb") });
  const end = Math.floor(Date.now() / 600_000) * 600_000 - 600_000;
  let points = 0;
  const offset = store.offset();
  let batch = new SampleBatch(BATCH_ROWS);
  const flush = async () => {
    await store.write(batch, offset);
    points += batch.length;
    batch = new SampleBatch(BATCH_ROWS);
  };
  for (const [i, machine] of machines.entries()) {
    const stepMs = i < DENSE ? STEP_MS.watched : STEP_MS.others;
    const series = BENCH_PUMP.tags.map(({ key }) => ({ id: store.series(machine.deviceId, key), key }));
    for (let time = end - DAYS * DAY_MS; time < end; time += stepMs) {
      const wave = 1 + 0.03 * Math.sin(time / 7_200_000 + i);
      for (const { id, key } of series)
        batch.push(id, time, Math.round((MIDDLE[key] ?? 1) * wave * 100) / 100, 0);
      if (batch.length >= BATCH_ROWS) await flush();
    }
  }
  await flush();
  await store.maintain(Date.now() + 2 * 3_600_000);
  await store.close();
  return points;
}

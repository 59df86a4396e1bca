import { pathToFileURL } from "node:url";
import { openDuckdbStore } from "../duckdb.ts";
import { SampleBatch } from "../store.ts";

/** Series and points that each batch adds; beside them it rewrites one point of the batch before. */
export const CRASH_SERIES = 4;
export const BATCH_ROWS = 400;
const START = Date.UTC(2026, 2, 10);

/** Writes batches until it is killed, and prints each offset once it is stored: `node crash-writer.ts FILE`. */
async function writeForEver(file: string): Promise<void> {
  const store = await openDuckdbStore({ file, rollRows: BATCH_ROWS * 5 });
  for (let offset = store.offset() + 1; ; offset++) {
    const batch = new SampleBatch(BATCH_ROWS + 1);
    for (let row = 0; row < BATCH_ROWS; row++) {
      const step = (offset - 1) * (BATCH_ROWS / CRASH_SERIES) + Math.floor(row / CRASH_SERIES);
      batch.push(store.series("crash", `t${row % CRASH_SERIES}`), START + step * 10_000, offset, 0);
    }
    if (offset > 1) batch.push(1, START + (offset - 2) * (BATCH_ROWS / CRASH_SERIES) * 10_000, -1, 0);
    await store.write(batch, offset);
    process.stdout.write(`${offset}\n`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await writeForEver(process.argv[2]!);

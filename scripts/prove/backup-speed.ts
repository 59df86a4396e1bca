import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { openPortalDb, PORTAL_DB } from "@millwright/shared/db/open";
import { openSqliteJournal } from "@millwright/shared/journal/sqlite";
import { openDuckdbStore } from "@millwright/shared/telemetry/duckdb";
import { SampleBatch } from "@millwright/shared/telemetry/store";
import { backUp } from "../backup/back-up.ts";
import { putBack } from "../backup/put-back.ts";

const SERIES = 500;
const BATCH_ROWS = 500_000;
const RECORD_BYTES = 200;
const GROUP_RECORDS = 5_000;

type Speed = { bytes: number; backUpMs: number; restoreMs: number };

/** Backs up and restores a stopped installation made for it: `rows` samples of noise, which compress badly, and `records` journaled. */
export async function backupSpeed(
  dir: string,
  { rows, records, random }: { rows: number; records: number; random: () => number },
): Promise<Speed> {
  const [dataDir, to, back] = ["large", "large-backup", "large-restored"].map((name) => join(dir, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(dataDir);
  openPortalDb(join(dataDir, PORTAL_DB)).$client.close();
  await fillStore(join(dataDir, "telemetry.duckdb"), rows, random);
  await fillJournal(join(dataDir, "uplink.db"), records, random);
  const say = () => undefined;
  const from = performance.now();
  const { files } = await backUp({ dataDir, to, say });
  const between = performance.now();
  await putBack({ from: to, dataDir: back, say });
  return {
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    backUpMs: between - from,
    restoreMs: performance.now() - between,
  };
}

async function fillStore(file: string, rows: number, random: () => number): Promise<void> {
  const store = await openDuckdbStore({ file });
  const batch = new SampleBatch(BATCH_ROWS);
  const startMs = Date.UTC(2026, 0, 1);
  const ids = Array.from({ length: SERIES }, (_, n) => store.series(`device-${n}`, "flow"));
  for (let row = 0; row < rows; ) {
    batch.length = 0;
    for (let i = 0; i < BATCH_ROWS; i++, row++)
      batch.push(ids[row % SERIES]!, startMs + Math.floor(row / SERIES) * 1000, random() * 100, 0);
    await store.write(batch, 0);
  }
  await store.close();
}

async function fillJournal(file: string, records: number, random: () => number): Promise<void> {
  const journal = await openSqliteJournal({ file });
  const record = Buffer.alloc(RECORD_BYTES);
  for (let n = 0; n < records; n += GROUP_RECORDS) {
    await new Promise<void>((resolve, reject) => {
      for (let i = 1; i <= GROUP_RECORDS; i++) {
        record.writeDoubleLE(random(), (i % 20) * 8);
        journal.append(record, (error) => (error ? reject(error) : i === GROUP_RECORDS && resolve()));
      }
    });
  }
  await journal.close();
}

/** "0.6 GB backed up at 50 MB/s and restored at 120 MB/s: 10 GB would take 3.3 and 1.4 minutes". */
export function speedNote({ bytes, backUpMs, restoreMs }: Speed): string {
  const rate = (ms: number) => (bytes / 1e6 / (ms / 1000)).toFixed(0);
  const [backUp, restore] = [backUpMs, restoreMs].map((ms) => minutesFor10Gb({ bytes, ms }).toFixed(1));
  return `${(bytes / 1e9).toFixed(2)} GB backed up at ${rate(backUpMs)} MB/s and restored at ${rate(restoreMs)} MB/s: 10 GB would take ${backUp} and ${restore} minutes`;
}

export const minutesFor10Gb = ({ bytes, ms }: { bytes: number; ms: number }): number =>
  ((1e10 / bytes) * ms) / 60_000;

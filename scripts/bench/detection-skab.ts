import { startMultivariate, stepMultivariate } from "../../ingest/src/multivariate/multivariate.ts";
import { readArchive, rowsOf } from "./detection-data.ts";
import { say } from "./print.ts";

/** Protocol of the benchmark: the first 400 rows of a run may be learned from, the rest is scored, counts pooled. */
const FIT_ROWS = 400;
const TAGS = 8;

export function skab(): void {
  const files = readArchive("skab-dev/skab-dev.tar.gz");
  if (!files) return say("  skipped: no skab-dev in ../shared/data");
  const counts = { tp: 0, fp: 0, fn: 0, tn: 0 };
  let runs = 0;
  let rows = 0;
  let ms = 0;
  for (const [name, text] of files) {
    if (!name.endsWith(".csv") || name.includes("anomaly-free")) continue;
    runs += 1;
    const table = rowsOf(text, ";").map((row) => row.slice(1).map(Number));
    const readings = table.map((row) => row.slice(0, TAGS));
    const startedAt = performance.now();
    const alarms = judge(readings);
    ms += performance.now() - startedAt;
    rows += readings.length;
    for (let i = FIT_ROWS; i < table.length; i++) {
      const faulty = table[i]![TAGS] === 1;
      counts[alarms[i] ? (faulty ? "tp" : "fp") : faulty ? "fn" : "tn"] += 1;
    }
  }
  const { tp, fp, fn, tn } = counts;
  const percent = (part: number, rest: number) => ((100 * part) / (part + rest)).toFixed(1);
  say(
    `  ${runs} runs: F1 ${(tp / (tp + (fp + fn) / 2)).toFixed(3)}, false alarm rate ${percent(fp, tn)} %, missed ${percent(fn, tp)} %`,
  );
  say("  must .80/25/25, aim .84/15/17 (all 34 runs: Conv-AE .78/13.6/28.0, T²+Q .76/26.6/24.9)");
  say(`  cost      ${((ms * 1_000) / (rows * TAGS)).toFixed(2)} µs a value`);
}

function judge(readings: readonly (readonly number[])[]): boolean[] {
  const state = startMultivariate(TAGS, FIT_ROWS);
  return readings.map((row) => {
    stepMultivariate(state, row);
    return state.on;
  });
}

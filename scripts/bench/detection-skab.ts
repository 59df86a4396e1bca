import { startMultivariate, stepMultivariate } from "../../ingest/src/multivariate/multivariate.ts";
import { readArchive, rowsOf } from "./detection-data.ts";
import { say } from "./print.ts";

/** Protocol of the benchmark: the first 400 rows of a run may be learned from, the rest is scored, counts pooled. */
const FIT_ROWS = 400;
const TAGS = 8;

export function skab(): void {
  const figures = skabFigures();
  if (!figures) {
    say("  skipped: no skab-dev in ../shared/data");
    return;
  }
  const { runs, f1, falseAlarms, missed, microseconds } = figures;
  say(
    `  ${runs} runs: F1 ${f1.toFixed(3)}, false alarm rate ${falseAlarms.toFixed(1)} %, missed ${missed.toFixed(1)} %`,
  );
  say("  must .80/25/25, aim .84/15/17 (all 34 runs: Conv-AE .78/13.6/28.0, T²+Q .76/26.6/24.9)");
  say(`  cost      ${microseconds.toFixed(2)} µs a value`);
}

type Figures = { runs: number; f1: number; falseAlarms: number; missed: number; microseconds: number };

/** Rates in percent, cost per value; null where the recordings are not there. */
export function skabFigures(): Figures | null {
  const files = readArchive("skab-dev/skab-dev.tar.gz");
  if (!files) return null;
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
  return {
    runs,
    f1: tp / (tp + (fp + fn) / 2),
    falseAlarms: (100 * fp) / (fp + tn),
    missed: (100 * fn) / (fn + tp),
    microseconds: (ms * 1_000) / (rows * TAGS),
  };
}

function judge(readings: readonly (readonly number[])[]): boolean[] {
  const state = startMultivariate(TAGS, FIT_ROWS);
  return readings.map((row) => {
    stepMultivariate(state, row);
    return state.on;
  });
}

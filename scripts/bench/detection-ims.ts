import { residualDetector } from "../../ingest/src/detect/residual.ts";
import { explainMultivariate } from "../../ingest/src/multivariate/explain.ts";
import { startMultivariate, stepMultivariate } from "../../ingest/src/multivariate/multivariate.ts";
import { readTime } from "../../ingest/src/score/csv.ts";
import { tag } from "../../ingest/src/testing/plant.ts";
import { readGzip, rowsOf } from "./detection-data.ts";
import { say } from "./print.ts";

const HOUR_MS = 3_600_000;
const G = 9.80665;
const BEARINGS = ["bearing 1", "bearing 2", "bearing 3", "bearing 4"];
const FIT_ROWS = 400;
/** The sensor's range in m/s², as a catalogue would list it. */
const SPAN = { low: 0, high: 50 };

type Row = { at: number; values: number[] };

/** Run to failure of four bearings on one shaft; bearing 1 failed at the last row. */
export function ims(): void {
  const text = readGzip("ims-bearing-dev/bearing_test_2.csv.gz");
  if (!text) {
    say("  skipped: no ims-bearing-dev in ../shared/data");
    return;
  }
  const rows = rowsOf(text.toString(), ",").map(
    ([time, ...values]): Row => ({ at: readTime(time!), values: values.map((value) => Number(value) * G) }),
  );
  const end = rows.at(-1)!.at;
  const told = BEARINGS.map((name, i) => {
    const first = firstResidual(rows, i);
    return `${name} ${first === null ? "never" : `${((end - first) / HOUR_MS).toFixed(1)} h`}`;
  });
  say(`  residual of each, before the end: ${told.join(", ")}`);
  say("  must: bearing 1 first, 48 h; aim 70 h");
  say(`  T² of the four, learned from ${FIT_ROWS} rows: ${firstShift(rows, end)}`);
}

/** When the residual test of one bearing first raises, with its defaults; null = never. */
function firstResidual(rows: readonly Row[], bearing: number): number | null {
  const detector = residualDetector(tag("vibration", { span: SPAN, expectedIntervalMs: 600_000 }));
  if (!detector) return null;
  const state = detector.start();
  for (const { at, values } of rows)
    if (detector.step(state, at, values[bearing]!, true)?.kind === "raised") return at;
  return null;
}

function firstShift(rows: readonly Row[], end: number): string {
  const state = startMultivariate(BEARINGS.length, FIT_ROWS);
  for (const { at, values } of rows) {
    stepMultivariate(state, values);
    if (!state.on) continue;
    const words = explainMultivariate(state, BEARINGS)?.words ?? "";
    return `first alarm ${((end - at) / HOUR_MS).toFixed(1)} h before the end: ${words}`;
  }
  return "no alarm";
}

import { isNovel, NOVEL_AT, startNovelty, stepNovelty } from "../../ingest/src/novelty/novelty.ts";
import { readTime } from "../../ingest/src/score/csv.ts";
import { readArchive, rowsOf } from "./detection-data.ts";
import { averageHeldOut, PROFILES, type Scored, scoreAt } from "./detection-nab-score.ts";
import { quantile, say } from "./print.ts";

const STANDARD = PROFILES.standard;

type Series = { name: string; at: number[]; value: number[]; windows: [number, number][] };

export function nab(): void {
  const series = nabSeries();
  if (!series) {
    say("  skipped: no nab-dev in ../shared/data");
    return;
  }
  const scored = series.map(scoreSeries);
  say(`  ${series.length} series, threshold ${NOVEL_AT} for all, one parameter set, no prior range`);
  for (const [name, profile] of Object.entries(PROFILES))
    say(
      `  ${name.padEnd(9)} ${scoreAt(scored, NOVEL_AT, profile).toFixed(1)}${name === "standard" ? "   must 68, aim 75 (ARTime 75.1, CAD OSE 70.9, HTM 70.7 on this half)" : ""}`,
    );
  say(
    `  held out  ${averageHeldOut(scored, STANDARD).toFixed(1)}   threshold from a random half, score of the other: mean of 40; must 63, aim 70`,
  );
  cost(series);
}

/** Null where the recordings are not there. */
export function nabSeries(): Series[] | null {
  const files = readArchive("nab-dev/nab-dev.tar.gz");
  return files && read(files);
}

function read(files: ReadonlyMap<string, string>): Series[] {
  const labels = JSON.parse(files.get("nab-dev/labels.json") ?? "{}") as Record<string, [string, string][]>;
  return Object.keys(labels)
    .sort()
    .map((name) => {
      const rows = rowsOf(files.get(`nab-dev/data/${name}`) ?? "", ",");
      const stamps = rows.map(([stamp]) => stamp!);
      const windows = labels[name]!.map(([from, to]): [number, number] => [
        stamps.indexOf(from.slice(0, 19)),
        stamps.lastIndexOf(to.slice(0, 19)),
      ]);
      if (windows.flat().includes(-1)) throw new Error(`${name}: a window has no row`);
      return { name, at: stamps.map(readTime), value: rows.map(([, value]) => Number(value)), windows };
    });
}

/** Samples before the detector speaks count as 0, as in the product. */
export function scoreSeries({ at, value, windows }: Series): Scored {
  const state = startNovelty();
  const scores = value.map((v, i) => {
    const told = stepNovelty(state, at[i]!, v);
    return told < NOVEL_AT || isNovel(state, told) ? told : 0;
  });
  return { scores, windows };
}

const COST_ROUNDS = 5;

/** Least of some rounds: the others measure what else the machine does. */
function cost(series: readonly Series[]): void {
  const perSample: number[] = [];
  let bytes = 0;
  for (let round = 0; round < COST_ROUNDS; round++) {
    let samples = 0;
    const startedAt = performance.now();
    for (const { at, value } of series) {
      const state = startNovelty();
      for (let i = 0; i < value.length; i++) stepNovelty(state, at[i]!, value[i]!);
      samples += value.length;
      if (round === 0) bytes = Math.max(bytes, JSON.stringify(state).length);
    }
    perSample.push(((performance.now() - startedAt) * 1_000) / samples);
  }
  say(
    `  cost      ${quantile(perSample, 0).toFixed(2)} µs a sample on one core (median ${quantile(perSample, 0.5).toFixed(2)}); must 3, aim 1`,
  );
  say(`  state     ${bytes} bytes of JSON a tag at most; must 65536, aim 16384`);
}

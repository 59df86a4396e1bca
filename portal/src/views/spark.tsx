import type { Spark } from "../read/sparks.ts";
import { formatQuantity, sentenceCase } from "./number.ts";

const WIDTH = 96;
const HEIGHT = 20;
/** Room for half the line's width. */
const PAD = 1.5;

/** The last 24 h in one small line, with its words. A silence is a gap in the line. */
export function SparkLine({ spark, from, to }: { spark: Spark; from: number; to: number }) {
  if (spark.points.length === 0) {
    return (
      <span class="dim" data-spark={spark.assetId}>
        no data
      </span>
    );
  }
  return (
    <svg
      class="spark"
      data-spark={spark.assetId}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={sparkWords(spark)}
    >
      <line x1="0" y1={HEIGHT - 0.5} x2={WIDTH} y2={HEIGHT - 0.5} />
      <path d={sparkPath(spark.points, from, to)} />
    </svg>
  );
}

/** "Motor current, 24 h: 98 to 121 A, now 116 A" */
export function sparkWords({ name, unit, points }: Spark): string {
  const means = points.map((point) => point.mean);
  const low = Math.min(...means);
  const high = Math.max(...means);
  return `${sentenceCase(name)}, 24 h: ${formatQuantity(low, null, digits(low))} to ${formatQuantity(high, unit, digits(high))}, last ${formatQuantity(means.at(-1), unit, digits(means.at(-1) ?? 0))}`;
}

/** Three significant digits are more than a line of twenty pixels shows. */
const digits = (value: number): number =>
  value === 0 ? 0 : Math.min(3, Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value)))));

/** Path data; from zero for what begins there, else over the line's own range. A missing bucket begins a new piece. */
export function sparkPath(points: Spark["points"], from: number, to: number): string {
  const means = points.map((point) => point.mean);
  const high = Math.max(...means);
  const least = Math.min(...means);
  // A load that hardly moves must not look like a mountain range.
  const low = least >= 0 && least < high * 0.9 ? 0 : Math.min(least, high - Math.abs(high) * 0.1);
  const span = high - low || 1;
  const step = (to - from) / 48;
  let before: number | null = null;
  return points
    .map(({ time, mean }) => {
      const x = ((time + step / 2 - from) / (to - from)) * WIDTH;
      const y = HEIGHT - PAD - ((mean - low) / span) * (HEIGHT - 2 * PAD);
      const begins = before === null || time - before > step * 1.5;
      before = time;
      return `${begins ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join("");
}

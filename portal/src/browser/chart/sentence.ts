import { formatNumber } from "../../views/number.ts";
import { type Line, nearest, type Pane, type Point } from "./data.ts";

/** What a chart says to somebody who does not see it. Pure. */

/** Rising or falling when first and last fifth differ by more than this share of all that was measured. Ours. */
const TREND_SHARE = 0.15;

export function trendOf(points: readonly Point[]): "rising" | "falling" | "steady" {
  const fifth = Math.max(1, Math.floor(points.length / 5));
  const mean = (part: readonly Point[]) => part.reduce((sum, point) => sum + point.mean, 0) / part.length;
  if (points.length < 2) return "steady";
  const change = mean(points.slice(-fifth)) - mean(points.slice(0, fifth));
  const spread = Math.max(...points.map((p) => p.mean)) - Math.min(...points.map((p) => p.mean));
  if (Math.abs(change) <= spread * TREND_SHARE) return "steady";
  return change > 0 ? "rising" : "falling";
}

const LIMIT_WORDS = { highHigh: "high-high", high: "high", low: "low", lowLow: "low-low" } as const;

/** The limits that any sample passed, most severe of each side only. */
export function limitsPassed(points: readonly Point[], limits: Line["limits"]): string[] {
  const over = (limit: number | undefined) =>
    limit !== undefined && points.some((point) => point.max > limit);
  const under = (limit: number | undefined) =>
    limit !== undefined && points.some((point) => point.min < limit);
  const high: keyof typeof LIMIT_WORDS | null = over(limits?.highHigh)
    ? "highHigh"
    : over(limits?.high)
      ? "high"
      : null;
  const low: keyof typeof LIMIT_WORDS | null = under(limits?.lowLow)
    ? "lowLow"
    : under(limits?.low)
      ? "low"
      : null;
  return [high, low].flatMap((level) => (level === null ? [] : [LIMIT_WORDS[level]]));
}

/** "Discharge temperature: 80.1 to 105.7 °C, rising, passed its high limit." */
function lineSentence(line: Line, unit: string, points: readonly Point[]): string {
  if (!points.length) return `${line.name}: no data.`;
  const low = Math.min(...points.map((point) => point.min));
  const high = Math.max(...points.map((point) => point.max));
  const passed = limitsPassed(points, line.limits);
  const range = `${formatNumber(low, line.decimals)} to ${formatNumber(high, line.decimals)}${unit ? ` ${unit}` : ""}`;
  const limit = passed.length
    ? `, passed its ${passed.join(" and ")} limit`
    : line.limits
      ? ", within its limits"
      : "";
  return `${line.name}: ${range}, ${trendOf(points)}${limit}.`;
}

/** The plot's whole label. */
export function chartSentence(
  panes: readonly Pane[],
  pointsByTag: ReadonlyMap<string, readonly Point[]>,
  span: string,
): string {
  const lines = panes.flatMap((pane) =>
    pane.lines.map((line) => lineSentence(line, pane.unit, pointsByTag.get(line.key) ?? [])),
  );
  return `${span}. ${lines.join(" ")} Arrow keys move the cursor, Enter pins it, plus and minus zoom. The table holds the same numbers.`;
}

/** Value and unit, or "no data". */
export function quantity(value: number | undefined, line: Line, unit: string): string {
  return value === undefined
    ? "no data"
    : `${formatNumber(value, line.decimals)}${unit ? `\u00a0${unit}` : ""}`;
}

/** "+6.8 °C": from the first pin to the second; null where either has no data. */
export function pinDifference(
  line: Line,
  unit: string,
  points: readonly Point[],
  [a, b]: readonly [number, number],
  within: number,
): string | null {
  const [first, second] = [nearest(points, a, within), nearest(points, b, within)];
  if (!first || !second) return null;
  const change = second.mean - first.mean;
  const text = formatNumber(change, line.decimals);
  return `${/[1-9]/.test(text) && change > 0 ? "+" : ""}${text}${unit ? `\u00a0${unit}` : ""}`;
}

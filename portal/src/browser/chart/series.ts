import { bucketsOf, type Point } from "./data.ts";
import type { Shown } from "./stack.ts";

/** One bucket per so many pixels; more cannot be seen. */
const PX_PER_BUCKET = 2;
const FEWEST_BUCKETS = 50;
const MOST_BUCKETS = 2000;

type Query = { tags: readonly string[]; from: number; to: number; buckets: number };
type Answer = { from: number; series: { tag: string; points: Point[] }[] };

/**
 * Puts the buckets of what the chart shows into `shown`, as many as its width can show, and tells the chart's links how many
 * that are. "left": another question has taken the place of this one.
 */
export async function readBuckets(
  chart: HTMLElement,
  shown: Shown,
  signal: AbortSignal,
): Promise<"read" | "left" | "unavailable"> {
  const width = chart.querySelector(".plot")?.clientWidth ?? 600;
  const most = Math.min(MOST_BUCKETS, Math.max(FEWEST_BUCKETS, Math.floor(width / PX_PER_BUCKET)));
  const { widthMs, ...span } = bucketsOf(shown.window.from, shown.window.to, most);
  const lines = shown.panes.flatMap((pane) => pane.lines.map((line) => line.key));
  const tags = [...new Set([...lines, ...shown.running.map((rule) => rule.tag)])];
  try {
    const answer = await fetchSeries(chart.dataset.series ?? "", { tags, ...span }, signal);
    shown.points = new Map(answer.series.map((series) => [series.tag, series.points]));
    // A reader whose ownership began within the span gets a shorter one, in as many buckets.
    shown.bucketMs = answer.from === span.from ? widthMs : Math.ceil((span.to - answer.from) / span.buckets);
    chart.dataset.buckets = String(most);
    return "read";
  } catch (error) {
    return error instanceof DOMException && error.name === "AbortError" ? "left" : "unavailable";
  }
}

/** Buckets of each tag from the API, with the page's own session. Rejects when the store does not answer. */
async function fetchSeries(address: string, query: Query, signal: AbortSignal): Promise<Answer> {
  const parameters = new URLSearchParams({
    tags: query.tags.join(","),
    from: String(query.from),
    to: String(query.to),
    buckets: String(query.buckets),
  });
  const response = await fetch(`${address}?${parameters}`, {
    headers: { accept: "application/json" },
    signal,
  });
  if (!response.ok) throw new Error(`series: ${response.status}`);
  return response.json();
}

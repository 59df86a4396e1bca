import type { Point } from "./data.ts";

type Query = { tags: readonly string[]; from: number; to: number; buckets: number };

/** Buckets of each tag from the API, with the page's own session. Rejects when the store does not answer. */
export async function fetchSeries(
  address: string,
  query: Query,
  signal: AbortSignal,
): Promise<{ from: number; points: Map<string, Point[]> }> {
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
  const body = (await response.json()) as { from: number; series: { tag: string; points: Point[] }[] };
  return { from: body.from, points: new Map(body.series.map((series) => [series.tag, series.points])) };
}

import type { Reading } from "../views/parts.tsx";
import { duration, when } from "../views/time.ts";
import { fromWall } from "../views/wall-time.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Key in the address, word on the button, length, title. */
export const RANGES = [
  ["1h", "1 h", HOUR_MS, "Last hour"],
  ["24h", "24 h", DAY_MS, "Last 24 hours"],
  ["7d", "7 d", 7 * DAY_MS, "Last 7 days"],
  ["30d", "30 d", 30 * DAY_MS, "Last 30 days"],
  ["1y", "1 y", 365 * DAY_MS, "Last year"],
] as const;
export const DEFAULT_RANGE = "24h";
const SHORTEST_MS = 10_000;
const LONGEST_MS = 20 * 365 * DAY_MS;
const MS_BY_LETTER: Record<string, number> = { s: 1000, m: 60_000, h: HOUR_MS, d: DAY_MS, y: 365 * DAY_MS };

/** The span of the chart: a moving last so-long (`range` is its word in the address), or fixed from..to (epoch ms). */
export type Span = { range: string | null; from: number; to: number; title: string; error?: string };

type Asked = { range?: string | undefined; from?: string | undefined; to?: string | undefined };

/**
 * What an address or the custom form asks for. Times are epoch ms, or wall-clock times of the reader's zone. What cannot be
 * shown becomes the default range, with a sentence that says why.
 */
export function spanOf(query: Asked, { now, zone }: Reading): Span {
  if (query.from || query.to) {
    const from = moment(query.from, zone);
    const to = moment(query.to, zone);
    const error = wrong(from, to);
    if (error === null) {
      const title = `${when(from!, now, zone)} to ${when(to!, now, zone)}`;
      return { range: null, from: from!, to: to!, title };
    }
    return { ...lasting(DEFAULT_RANGE, now), error };
  }
  return lasting(query.range ?? DEFAULT_RANGE, now);
}

function lasting(range: string, now: number): Span {
  const known = RANGES.find(([key]) => key === range);
  if (known) return { range, from: now - known[2], to: now, title: known[3] };
  const other = /^(\d{1,6})([smhdy])$/.exec(range);
  const ms = other ? Number(other[1]) * MS_BY_LETTER[other[2]!]! : 0;
  if (ms < SHORTEST_MS || ms > LONGEST_MS) return lasting(DEFAULT_RANGE, now);
  return { range, from: now - ms, to: now, title: `Last ${duration(ms)}` };
}

function moment(text: string | undefined, zone: string): number | null {
  if (!text) return null;
  if (!/^\d{1,14}$/.test(text)) return fromWall(text, zone);
  return Number(text);
}

function wrong(from: number | null, to: number | null): string | null {
  if (from === null || to === null) return "Give both times, each with a date.";
  if (to <= from) return "The end must be after the start.";
  if (to - from < SHORTEST_MS) return "A chart shows 10 seconds at least.";
  return to - from > LONGEST_MS ? "A chart shows 20 years at most." : null;
}

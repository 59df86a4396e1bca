/** The stretch of time a chart shows, epoch ms, and how it moves. Pure. */
export type Window = { from: number; to: number };

const SHORTEST_MS = 10_000;
const LONGEST_MS = 20 * 365 * 86_400_000;
/** The right edge is "now" when it is nearer to it than this share of what is shown. */
const NOW_SHARE = 0.01;

/** Scaled around a moment that stays where it is on the screen; factor below 1 shows less. Never beyond now. */
export function zoomed(window: Window, around: number, factor: number, now: number): Window {
  const span = window.to - window.from;
  const next = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, span * factor));
  const share = (around - window.from) / span;
  return within({ from: around - share * next, to: around + (1 - share) * next }, now);
}

/** Moved by `by` ms; stops at now, keeping its length. */
export function panned(window: Window, by: number, now: number): Window {
  return within({ from: window.from + by, to: window.to + by }, now);
}

function within({ from, to }: Window, now: number): Window {
  const over = Math.max(0, to - now);
  return { from: Math.round(from - over), to: Math.round(to - over) };
}

/** A stretch that a person dragged over, the wrong way round or too short as it may be. */
export function dragged(a: number, b: number): Window {
  const from = Math.round(Math.min(a, b));
  return { from, to: Math.max(Math.round(Math.max(a, b)), from + SHORTEST_MS) };
}

export function endsNow(window: Window, now: number): boolean {
  return now - window.to <= Math.max(5000, (window.to - window.from) * NOW_SHARE);
}

const WORDS: Record<number, string> = {
  3600000: "1h",
  86400000: "24h",
  604800000: "7d",
  2592000000: "30d",
  31536000000: "1y",
};

/** The same view as parameters of the page's address: a moving range while it ends now, else its two ends. */
export function addressOf(window: Window, live: boolean): Record<string, string> {
  if (!live) return { from: String(window.from), to: String(window.to) };
  const seconds = Math.round((window.to - window.from) / 1000);
  return { range: WORDS[seconds * 1000] ?? (seconds % 60 ? `${seconds}s` : `${seconds / 60}m`) };
}

/** Puts these parameters into an address in place of those of another view. */
export function withWindow(href: string, parameters: Record<string, string>, base: string): string {
  const url = new URL(href, base);
  for (const name of ["range", "from", "to"]) url.searchParams.delete(name);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.pathname + url.search + url.hash;
}

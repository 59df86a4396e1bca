import { invalid } from "../access/input.ts";
import { fromWall, toWall } from "../views/wall-time.ts";

const HOUR_MS = 3_600_000;
/** Three shifts a day, as most plants with machines of this kind work. Ours, in the site's time. */
const SHIFT_ENDS = ["06:00", "14:00", "22:00"];

export type ShelfChoice = "1h" | "shift" | "once" | "at";

/** The next end of a shift at the site, epoch ms; the one after it when less than a quarter of an hour is left. */
export function endOfShift(nowMs: number, siteZone: string): number {
  const soonest = nowMs + HOUR_MS / 4;
  for (let days = 0; days < 3; days++) {
    const day = toWall(nowMs + days * 24 * HOUR_MS, siteZone).slice(0, 10);
    for (const end of SHIFT_ENDS) {
      const at = fromWall(`${day}T${end}`, siteZone);
      if (at !== null && at >= soonest) return at;
    }
  }
  return nowMs + 8 * HOUR_MS;
}

/** What a person chose as epoch ms; null = once. Throws InvalidInput naming the field. */
export function shelvedUntil(
  values: { until?: string | undefined; at?: string | undefined },
  known: { nowMs: number; siteZone: string; readerZone: string },
): number | null {
  switch (values.until) {
    case "1h":
      return known.nowMs + HOUR_MS;
    case "shift":
      return endOfShift(known.nowMs, known.siteZone);
    case "once":
      return null;
    case "at": {
      const at = values.at ? fromWall(values.at, known.readerZone) : null;
      if (at === null) throw invalid("at", "choose a date and a time");
      if (at <= known.nowMs) throw invalid("at", "the time must lie ahead");
      return at;
    }
    default:
      throw invalid("until", "choose until when");
  }
}

/** Local clock of a site, cheap enough to be asked a million times in ascending order. */
export type LocalTime = {
  /** 0..24, with fraction. */
  hour: number;
  /** 0 = Sunday. */
  weekday: number;
  /** Days since 1970 in local time: names the day for everything that is drawn once a day. */
  day: number;
  /** 0..365. */
  dayOfYear: number;
  /** 1..12. */
  month: number;
};

export type Calendar = (atMs: number) => LocalTime;

const DAY = 86_400_000;
/** Zones change their offset on a quarter of an hour at the finest. */
const SLOT = 900_000;

export function createCalendar(timeZone: string): Calendar {
  const offsetAt = zoneOffset(timeZone);
  let slot = Number.NaN;
  let offset = 0;
  const now: LocalTime = { hour: 0, weekday: 0, day: Number.NaN, dayOfYear: 0, month: 1 };
  let last = Number.NaN;
  return (atMs) => {
    if (atMs === last) return now;
    last = atMs;
    const here = Math.floor(atMs / SLOT);
    if (here !== slot) {
      slot = here;
      offset = offsetAt(here * SLOT);
    }
    const local = atMs + offset;
    const day = Math.floor(local / DAY);
    if (day !== now.day) {
      const date = new Date(day * DAY);
      now.day = day;
      now.weekday = date.getUTCDay();
      now.month = date.getUTCMonth() + 1;
      now.dayOfYear = (day * DAY - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY;
    }
    now.hour = (local - day * DAY) / 3_600_000;
    return now;
  };
}

/** First moment of the local day that contains `atMs`, epoch ms. */
export function localMidnight(timeZone: string, atMs: number): number {
  const offsetAt = zoneOffset(timeZone);
  const day = Math.floor((atMs + offsetAt(atMs)) / DAY) * DAY;
  // The offset at midnight may differ from the one at noon on the day the clocks change.
  return day - offsetAt(day - offsetAt(atMs));
}

function zoneOffset(timeZone: string): (atMs: number) => number {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  return (atMs) => {
    const part: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(atMs)) part[type] = Number(value);
    const local = Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!, part.second!);
    return local - Math.floor(atMs / 1000) * 1000;
  };
}

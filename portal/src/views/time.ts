/** Times and ages as people read them (README of the design, §4). Pure: now and zone are arguments. Used in the browser too. */

import { readerLocale } from "./locale.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const formats = new Map<string, Intl.DateTimeFormat>();

/** In the reader's way; kept, for making one costs more than a hundred uses. */
function written(ms: number, zone: string, options: Intl.DateTimeFormatOptions): string {
  const locale = readerLocale();
  const key = `${locale} ${zone} ${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(locale, { timeZone: zone, ...options });
    formats.set(key, format);
  }
  const text = format.format(ms);
  // Sept in British English is four letters; columns like three.
  return locale === "en-GB" ? text.replace("Sept", "Sep") : text;
}

const CLOCK = { hour: "2-digit", minute: "2-digit" } as const;
const DATE = { day: "numeric", month: "short" } as const;

function parts(ms: number, zone: string): Record<string, string> {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      weekday: "short",
      day: "numeric",
      month: "short",
      year: "numeric",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      hourCycle: "h23",
    });
    formats.set(zone, format);
  }
  return Object.fromEntries(format.formatToParts(ms).map((part) => [part.type, part.value]));
}

export function isZone(zone: string): boolean {
  try {
    parts(0, zone);
    return true;
  } catch {
    return false;
  }
}

/** "14:32" */
export const clock = (ms: number, zone: string): string => written(ms, zone, CLOCK);

/** Raw data only: "21 Nov 14:32:08" */
export const exact = (ms: number, zone: string): string =>
  `${dayMonth(ms, zone)} ${written(ms, zone, { ...CLOCK, second: "2-digit" })}`;

/** "Thursday 19 November" */
export const longDay = (ms: number, zone: string): string =>
  written(ms, zone, { weekday: "long", day: "numeric", month: "long" });

/** "19 Nov" */
export const dayMonth = (ms: number, zone: string): string => written(ms, zone, DATE);

/** Today "14:32"; within six days "Wed 10:20"; this year "12 Aug"; else "12 Aug 2025". */
export function when(ms: number, now: number, zone: string): string {
  const p = parts(ms, zone);
  const n = parts(now, zone);
  if (p.day === n.day && p.month === n.month && p.year === n.year) return clock(ms, zone);
  if (Math.abs(now - ms) < 6 * DAY) return `${written(ms, zone, { weekday: "short" })} ${clock(ms, zone)}`;
  return p.year === n.year ? dayMonth(ms, zone) : written(ms, zone, { ...DATE, year: "numeric" });
}

/**
 * For the title beside a short time: "21 Nov 2026, 14:32:08, Europe/London", then the other zone where its clocks show
 * something else (the site's beside the reader's), and UTC.
 */
export function full(ms: number, zone: string, otherZone?: string): string {
  const seconds = { ...CLOCK, second: "2-digit" } as const;
  const date = { ...DATE, year: "numeric" } as const;
  const at = (place: string) => `${written(ms, place, date)}, ${written(ms, place, seconds)}`;
  const told = [zone];
  if (otherZone && at(otherZone) !== at(zone)) told.push(otherZone);
  if (!told.includes("UTC")) told.push("UTC");
  return told.map((place) => `${at(place)}, ${place}`).join(" · ");
}

/** "4 s", "13 min", "4 h 51 min", "2 d 3 h": two units at most. Negative counts as 0. */
export function duration(ms: number): string {
  const t = Math.max(0, ms);
  if (t < MINUTE) return `${Math.round(t / 1000)} s`;
  if (t < HOUR) return `${Math.floor(t / MINUTE)} min`;
  if (t < DAY) return two(Math.floor(t / HOUR), "h", Math.floor((t % HOUR) / MINUTE), "min");
  return two(Math.floor(t / DAY), "d", Math.floor((t % DAY) / HOUR), "h");
}

function two(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small ? `${big} ${bigUnit} ${small} ${smallUnit}` : `${big} ${bigUnit}`;
}

/** "4 s ago"; a device clock slightly ahead reads "now". */
export function ago(ms: number, now: number): string {
  const age = now - ms;
  return age < 1000 ? "now" : `${duration(age)} ago`;
}

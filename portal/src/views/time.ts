/** Times and ages as people read them (README of the design, §4). Pure: now and zone are arguments. Used in the browser too. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const formats = new Map<string, Intl.DateTimeFormat>();

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

/** Sept in British English is four letters; columns like three. */
const month = (name: string | undefined) => (name ?? "").slice(0, 3);

/** "14:32" */
export function clock(ms: number, zone: string): string {
  const p = parts(ms, zone);
  return `${p.hour}:${p.minute}`;
}

/** Raw data only: "21 Nov 14:32:08" */
export function exact(ms: number, zone: string): string {
  const p = parts(ms, zone);
  return `${p.day} ${month(p.month)} ${p.hour}:${p.minute}:${p.second}`;
}

/** "Thursday 19 November" */
export function longDay(ms: number, zone: string): string {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    weekday: "long",
    day: "numeric",
    month: "long",
  }).format(ms);
}

/** "19 Nov" */
export function dayMonth(ms: number, zone: string): string {
  const p = parts(ms, zone);
  return `${p.day} ${month(p.month)}`;
}

/** Today "14:32"; within six days "Wed 10:20"; this year "12 Aug"; else "12 Aug 2025". */
export function when(ms: number, now: number, zone: string): string {
  const p = parts(ms, zone);
  const n = parts(now, zone);
  if (p.day === n.day && p.month === n.month && p.year === n.year) return `${p.hour}:${p.minute}`;
  if (Math.abs(now - ms) < 6 * DAY) return `${p.weekday} ${p.hour}:${p.minute}`;
  return p.year === n.year ? `${p.day} ${month(p.month)}` : `${p.day} ${month(p.month)} ${p.year}`;
}

/** "21 Nov 2026, 14:32, Europe/London" for the title beside a short time. */
export function full(ms: number, zone: string): string {
  const p = parts(ms, zone);
  return `${p.day} ${month(p.month)} ${p.year}, ${p.hour}:${p.minute}:${p.second}, ${zone}`;
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

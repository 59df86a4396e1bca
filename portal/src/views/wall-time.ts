/** Wall-clock times of a zone, as `<input type="datetime-local">` writes them. Used on the server and in the browser. */

const formatByZone = new Map<string, Intl.DateTimeFormat>();

function wallMs(at: number, zone: string): number {
  let format = formatByZone.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formatByZone.set(zone, format);
  }
  const parts = format.formatToParts(at);
  const get = (type: string) => Number(parts.find((part) => part.type === type)?.value ?? 0);
  return Date.UTC(get("year"), get("month") - 1, get("day"), get("hour"), get("minute"), get("second"));
}

/** How far the zone's clocks are ahead of UTC at a moment, in ms. */
export function offsetMs(at: number, zone: string): number {
  return wallMs(at, zone) - Math.floor(at / 1000) * 1000;
}

/** "2026-11-19T14:32" of the zone's clocks. */
export function toWall(at: number, zone: string): string {
  return new Date(wallMs(at, zone)).toISOString().slice(0, 16);
}

/** Epoch ms of "2026-11-19T14:32" or "2026-11-19" in the zone; null for anything else. An hour that the clocks skip or repeat is read by the offset before the change. */
export function fromWall(text: string, zone: string): number | null {
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?)?$/.test(text)) return null;
  const wall = Date.parse(`${text.length === 10 ? `${text}T00:00` : text}Z`);
  if (Number.isNaN(wall)) return null;
  return wall - offsetMs(wall - offsetMs(wall, zone), zone);
}

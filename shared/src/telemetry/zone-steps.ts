import { HOUR_MS } from "./buckets.ts";

/** From this moment on the zone's clocks are so far ahead of UTC. */
export type ZoneStep = { from: number; offsetMs: number };

const DAY_MS = 24 * HOUR_MS;

/** The offsets of a zone over a range; the first step begins at or before `from`. */
export function zoneSteps(zone: string, from: number, to: number): ZoneStep[] {
  const format = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
  const at = (ms: number): number => {
    const name = format.formatToParts(ms).find((part) => part.type === "timeZoneName")?.value ?? "GMT";
    const found = /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(name);
    const [, sign, hours = 0, minutes = 0, seconds = 0] = found ?? [];
    const ms0 = Number(hours) * HOUR_MS + Number(minutes) * 60_000 + Number(seconds) * 1000;
    return sign === "-" ? -ms0 : ms0;
  };
  const steps: ZoneStep[] = [{ from, offsetMs: at(from) }];
  // No zone changes twice within a day.
  for (let day = from; day < to; day += DAY_MS) {
    const end = Math.min(day + DAY_MS, to);
    const offsetMs = at(end);
    if (offsetMs === steps.at(-1)!.offsetMs) continue;
    let [before, after] = [day, end];
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (at(middle) === offsetMs) after = middle;
      else before = middle;
    }
    steps.push({ from: after, offsetMs });
  }
  return steps;
}

/** "+02:00"; seconds of a zone's early history are left out. */
export function offsetText(offsetMs: number): string {
  const minutes = Math.abs(Math.trunc(offsetMs / 60_000));
  const two = (n: number) => String(n).padStart(2, "0");
  return `${offsetMs < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

import { clock, dayMonth } from "../../views/time.ts";
import { offsetMs } from "../../views/wall-time.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  7 * DAY,
  14 * DAY,
  30 * DAY,
  61 * DAY,
  122 * DAY,
  365 * DAY,
];
/** A label needs so many pixels. */
const LABEL_PX = 64;

export type Tick = { at: number; label: string };

/** Round times of the reader's zone between from and to (epoch ms), as many as fit. */
export function timeTicks(from: number, to: number, widthPx: number, zone: string): Tick[] {
  const most = Math.max(2, Math.floor(widthPx / LABEL_PX));
  const step = STEPS.find((s) => (to - from) / s <= most) ?? STEPS.at(-1)!;
  // The zone's offset at the start is good enough: a label that is off for hours after a clock change is not wrong, only unround.
  const offset = offsetMs(from, zone);
  const ticks: Tick[] = [];
  for (let at = Math.ceil((from + offset) / step) * step - offset; at <= to; at += step) {
    ticks.push({
      at,
      label: step >= DAY || (at + offset) % DAY === 0 ? dayMonth(at, zone) : clock(at, zone),
    });
  }
  return ticks;
}

import type { TagRow } from "./catalog/tag-table.ts";
import { chance, type Random } from "./rng.ts";

/** From what a machine does to what its sensors report: noise, rounding, and faults of the instrument itself. */
export type SignalFault =
  /** Frozen at the value of its onset. */
  | { kind: "stuck"; tag: string; fromMs: number; untilMs?: number }
  | { kind: "drift"; tag: string; fromMs: number; perDay: number }
  /** Single samples beyond the end of the span, over the named tags in turn. */
  | { kind: "spikes"; tags: readonly string[]; fromMs: number; perHour: number }
  | { kind: "open-circuit"; tag: string; fromMs: number; untilMs?: number; side: "below" | "above" };

const DAY = 86_400_000;
/** An open 4–20 mA loop or thermocouple reads this share of the span outside of it. */
const OUTSIDE = 0.02;

/**
 * Turns ideal values into reported ones, in place. Times are relative to T0, ascending; `stepMs` is the distance
 * to the sample before. `random` null = no noise (for checks).
 */
export function createSignal(
  rows: readonly TagRow[],
  faults: readonly SignalFault[],
  random: Random | null,
  seed: string,
) {
  const count = rows.length;
  const noise = Float64Array.from(rows, (row) => row.noise);
  const scale = Float64Array.from(rows, (row) => 1 / row.tag.resolution!);
  // A sensor whose span begins at 0 does not report less: noise around nothing is small positive.
  const positive = rows.map((row) => row.tag.span.low === 0);
  const index = new Map(rows.map((row, i) => [row.tag.key, i]));
  const frozen = new Map<string, number>();

  const apply = (values: Float64Array, atMs: number, stepMs: number, fault: SignalFault): void => {
    if (atMs < fault.fromMs) return;
    switch (fault.kind) {
      case "drift":
        return; // before rounding, below
      case "stuck": {
        if (fault.untilMs !== undefined && atMs >= fault.untilMs) return;
        const at = index.get(fault.tag)!;
        const held = frozen.get(fault.tag) ?? values[at]!;
        frozen.set(fault.tag, held);
        values[at] = held;
        return;
      }
      case "open-circuit": {
        if (fault.untilMs !== undefined && atMs >= fault.untilMs) return;
        const at = index.get(fault.tag)!;
        values[at] = outside(rows[at]!, fault.side);
        return;
      }
      case "spikes": {
        const slotMs = 3_600_000 / fault.perHour;
        const { tags } = fault;
        // One in each slot, at a moment of its own; a moment late in a slot may fall to the next slot's first sample.
        for (let slot = Math.floor((atMs - stepMs) / slotMs); slot <= Math.floor(atMs / slotMs); slot++) {
          const moment = (slot + chance(`${seed}:spike:${slot}`)) * slotMs;
          if (moment > atMs || moment <= atMs - stepMs) continue;
          const at = index.get(tags[((slot % tags.length) + tags.length) % tags.length]!)!;
          values[at] = outside(rows[at]!, "above");
        }
      }
    }
  };

  return (values: Float64Array, atMs: number, stepMs: number): void => {
    for (const fault of faults) {
      if (fault.kind !== "drift" || atMs < fault.fromMs) continue;
      const at = index.get(fault.tag)!;
      values[at] = values[at]! + (fault.perDay * (atMs - fault.fromMs)) / DAY;
    }
    for (let i = 0; i < count; i++) {
      let value = values[i]!;
      if (random !== null && noise[i]! > 0) value += noise[i]! * random.gauss();
      if (value < 0 && positive[i]) value = -value;
      values[i] = Math.round(value * scale[i]!) / scale[i]!;
    }
    for (const fault of faults) apply(values, atMs, stepMs, fault);
  };
}

function outside(row: TagRow, side: "below" | "above"): number {
  const { low, high } = row.tag.span;
  const by = OUTSIDE * (high - low);
  return side === "above" ? high + by : low - by;
}

import type { MachineSim } from "./fleet.ts";

/** Codes are sent when they change, and as a sign of life this often. */
const CODE_REPEAT_MS = 300_000;

/**
 * Writes one device's readings as JSON by hand: the history of the plant is 15 million values.
 * `due(tag index)` says which tags of analogue kind are due; codes follow their own rule.
 */
export function createEncoder(sim: MachineSim, skewMs = 0) {
  const heads = sim.rows.map((row) => `,${JSON.stringify(row.tag.key)}:`);
  const isCode = sim.rows.map((row) => row.tag.onChange === true);
  const intervals = sim.rows.map((row) => row.tag.expectedIntervalMs);
  const digits = sim.rows.map((row) => Math.max(0, Math.round(-Math.log10(row.tag.resolution!))));
  const lastCode = sim.rows.map(() => Number.NaN);
  const lastCodeAt = sim.rows.map(() => Number.NEGATIVE_INFINITY);
  let values = 0;

  /** `{"ts":…,"values":{…}}` of the moment, or "" when nothing is due since `fromMs` (exclusive). */
  function encode(atMs: number, fromMs: number): string {
    let body = "";
    for (let i = 0; i < heads.length; i++) {
      const value = sim.values[i]!;
      if (isCode[i]) {
        if (value === lastCode[i] && atMs - lastCodeAt[i]! < CODE_REPEAT_MS) continue;
        lastCode[i] = value;
        lastCodeAt[i] = atMs;
      } else if (Math.floor(atMs / intervals[i]!) === Math.floor(fromMs / intervals[i]!)) continue;
      body += heads[i]! + short(value, digits[i]!);
      values++;
    }
    return body === "" ? "" : `{"ts":${atMs + skewMs},"values":{${body.slice(1)}}}`;
  }
  return { encode, values: () => values };
}

/** Values are rounded to their resolution already; only binary residue may make them long. */
function short(value: number, digits: number): string {
  const text = `${value}`;
  return text.length > 10 ? String(Number(value.toFixed(digits))) : text;
}

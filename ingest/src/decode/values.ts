import { KEY } from "@millwright/shared/domain/model";
import type { Refusal } from "./reason.ts";

/** One instant of one device: `keys[i]` had `values[i]`. `ts` is the device's own epoch ms, null when it sent none. */
export type Reading = { child: string | null; ts: number | null; keys: string[]; values: number[] };

/** Collects what a message holds; the limits keep a hostile message from costing more than it weighs. */
export type Gathered = { readings: Reading[]; refused: Refusal[]; count: number };

/** A 256 KiB frame of the shortest possible pairs holds about 40,000: above half of that nobody is measuring anything. */
export const MAX_VALUES = 20_000;

export const isObject = (x: unknown): x is Record<string, unknown> =>
  typeof x === "object" && x !== null && !Array.isArray(x);

/** `{"t1":1,"t2":true}` → one reading. What is no finite number or boolean is refused by name, the others are kept. */
export function readValues(
  object: Record<string, unknown>,
  child: string | null,
  ts: number | null,
  into: Gathered,
): void {
  const keys: string[] = [];
  const values: number[] = [];
  // Object.keys sees own properties only: "__proto__" in JSON is an own property there, and fails KEY.
  for (const key of Object.keys(object)) {
    const value = object[key];
    if (!KEY.test(key)) {
      into.refused.push({ reason: "bad-tag", what: key.slice(0, 64) });
    } else if (typeof value === "number" && Number.isFinite(value)) {
      keys.push(key);
      values.push(value);
    } else if (typeof value === "boolean") {
      keys.push(key);
      values.push(value ? 1 : 0);
    } else {
      const nested = typeof value === "object" && value !== null;
      into.refused.push({ reason: nested ? "too-deep" : "value-not-a-number", what: key });
    }
  }
  into.count += keys.length;
  if (keys.length > 0) into.readings.push({ child, ts, keys, values });
}

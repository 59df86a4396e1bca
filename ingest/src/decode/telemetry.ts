import { type Gathered, isObject, MAX_VALUES, readValues } from "./values.ts";

/** Largest and smallest epoch ms a Date can hold. Anything outside is no time at all. */
const TIME_LIMIT = 8.64e15;

/**
 * One telemetry element: `{"t1":1}` or `{"ts":ms,"values":{…}}`, or an array of both.
 * `ts` beside plain values (`{"ts":1,"t1":2}`) is a tag named ts, as in ThingsBoard.
 */
export function readTelemetry(body: unknown, child: string | null, into: Gathered): void {
  if (Array.isArray(body)) {
    for (const element of body) {
      if (isObject(element)) readElement(element, child, into);
      else into.refused.push({ reason: Array.isArray(element) ? "too-deep" : "not-an-object", what: "" });
      if (into.count > MAX_VALUES) return;
    }
  } else if (isObject(body)) {
    readElement(body, child, into);
  } else {
    into.refused.push({ reason: "not-an-object", what: child ?? "" });
  }
}

function readElement(element: Record<string, unknown>, child: string | null, into: Gathered): void {
  if (!Object.hasOwn(element, "values") || !Object.hasOwn(element, "ts")) {
    if (isObject(element.values)) readValues(element.values, child, null, into);
    else readValues(element, child, null, into);
    return;
  }
  const { ts, values } = element;
  if (typeof ts !== "number" || !Number.isFinite(ts) || Math.abs(ts) > TIME_LIMIT) {
    into.refused.push({ reason: "bad-timestamp", what: String(ts).slice(0, 64) });
  } else if (!isObject(values)) {
    into.refused.push({ reason: "not-an-object", what: "values" });
  } else {
    readValues(values, child, Math.round(ts), into);
  }
}

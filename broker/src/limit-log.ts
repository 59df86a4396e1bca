import type { Log } from "@millwright/shared/log";
import { VARIABLE } from "./config.ts";

/** Each limit is told once in this time, with how often it was reached: a storm must not fill the log. */
const EVERY_MS = 60_000;

/** Says which limit a refusal came from and which variable moves it. Reasons that are no limit are not told. */
export function createLimitLog(log: Log, now: () => number) {
  const told = new Map<string, { at: number; since: number }>();
  return (reason: string, details: object = {}): void => {
    const variable = VARIABLE[reason];
    if (variable === undefined) return;
    const last = told.get(reason);
    const at = now();
    if (last && at - last.at < EVERY_MS) {
      last.since += 1;
      return;
    }
    told.set(reason, { at, since: 0 });
    log.warn({ ...details, reason, limit: variable, sinceLastTold: last?.since ?? 0 }, "limit reached");
  };
}

export type LimitLog = ReturnType<typeof createLimitLog>;

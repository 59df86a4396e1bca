import type { Limits } from "@millwright/shared/domain/model";

/** Whether a value is at or beyond a limit, in words; null inside. Used on the server and in the browser. */
export function limitPassed(value: number, limits: Limits | undefined): string | null {
  if (!limits) return null;
  if (limits.highHigh !== undefined && value >= limits.highHigh) return "Above high-high";
  if (limits.high !== undefined && value >= limits.high) return "Above high";
  if (limits.lowLow !== undefined && value <= limits.lowLow) return "Below low-low";
  if (limits.low !== undefined && value <= limits.low) return "Below low";
  return null;
}

import type { Rank } from "./fair-queue.ts";
import type { Monotonic } from "./rate.ts";

/** More devices than one broker serves; beyond it the oldest are strangers again. */
const MOST_KEPT = 100_000;
/** So many cut off within a second were cut off by the same event; fewer are each their own case. */
const CROWD = 50;
const TOGETHER_MS = 1_000;

type Event = { cut: number; sinceMs: number };

/**
 * How each device's last connection ended. After an outage all that were cut off come back at once; a device that had
 * nothing to do with it should not have to stand in their queue. `cutBefore`: connected when the last run died.
 */
export function createAcquaintance(cutBefore: readonly string[], now: Monotonic) {
  const endings = new Map<string, Event | "alone">();
  let event: Event = { cut: cutBefore.length, sinceMs: now() };
  for (const deviceId of cutBefore) endings.set(deviceId, event);

  return {
    /** A connection of the device has ended, `inOrder` with its DISCONNECT. */
    ended(deviceId: string, inOrder: boolean): void {
      if (!inOrder) {
        if (now() - event.sinceMs > TOGETHER_MS) event = { cut: 0, sinceMs: now() };
        event.cut += 1;
      }
      endings.delete(deviceId);
      endings.set(deviceId, inOrder ? "alone" : event);
      if (endings.size > MOST_KEPT) endings.delete(endings.keys().next().value ?? "");
    },
    /** First who was here and left by itself, then who was never here, last who was cut off with a crowd. */
    rankOf(deviceId: string): Rank {
      const ending = endings.get(deviceId);
      if (ending === undefined) return 1;
      return ending === "alone" || ending.cut < CROWD ? 0 : 2;
    },
  };
}

export type Acquaintance = ReturnType<typeof createAcquaintance>;

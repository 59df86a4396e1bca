import type { Subscription } from "aedes";

/** No client can publish or subscribe a name with U+0000 in it (MQTT-1.5.3-2). */
const REPEAT = "\u0000again/";

/** A filter that stands twice in one SUBSCRIBE: granted like any, and matches nothing. */
export const isRepeat = (filter: string): boolean => filter.startsWith(REPEAT);

/**
 * Gives all but the last of the filters with one name a name of its own, in place: aedes takes filters of one name as
 * one, and its SUBACK would lack codes (MQTT-3.9.3-1).
 */
export function renameRepeated(subscriptions: Subscription[]): void {
  if (subscriptions.length < 2) return;
  const seen = new Set<string>();
  for (let i = subscriptions.length - 1; i >= 0; i--) {
    const subscription = subscriptions[i]!;
    if (seen.has(subscription.topic)) subscription.topic = `${REPEAT}${i}`;
    else seen.add(subscription.topic);
  }
}

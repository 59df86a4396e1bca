import type { Subscription } from "aedes";
import { insideTopic, maySubscribe, outsideTopic, REFUSED } from "./authorize.ts";
import type { LimitLog } from "./limit-log.ts";
import type { Limits } from "./limits.ts";
import { deviceOn, type Link } from "./link.ts";
import type { Metrics } from "./metrics.ts";
import { isRepeat, renameRepeated } from "./repeated-filters.ts";

/** The parts of a packet that name filters. */
export type Packet = { cmd: string; subscriptions?: Subscription[]; unsubscriptions?: string[] };

/** Turns the filters of a SUBSCRIBE or UNSUBSCRIBE, in place, into what they are called inside the broker. */
export function translateFilters(
  link: Link,
  packet: Packet,
  { limits, metrics, told }: { limits: Limits; metrics: Metrics; told: LimitLog },
): void {
  const device = deviceOn(link);
  if (device === null) return;
  renameRepeated(packet.subscriptions ?? []);
  for (const [index, subscription] of (packet.subscriptions ?? []).entries()) {
    if (isRepeat(subscription.topic)) continue;
    const allowed = maySubscribe(device.kind, subscription.topic);
    const room = link.filters.has(subscription.topic) || link.filters.size < limits.subscriptions;
    const granted = allowed && room;
    if (granted) link.filters.add(subscription.topic);
    else {
      const reason = allowed ? "too-many" : "topic";
      metrics.subscribeRefused.inc({ reason });
      told(reason, { deviceId: device.deviceId });
    }
    // Each under a name of its own, as in renameRepeated.
    subscription.topic = granted ? insideTopic(device.deviceId, subscription.topic) : `${REFUSED}/${index}`;
  }
  if (packet.unsubscriptions) {
    for (const filter of packet.unsubscriptions) link.filters.delete(filter);
    packet.unsubscriptions = packet.unsubscriptions.map((filter) => insideTopic(device.deviceId, filter));
  }
}

/** A stored session goes on with what it has subscribed (`inside` the broker): it counts. */
export function restoreFilters(link: Link, deviceId: string, inside: readonly string[]): void {
  for (const filter of inside) {
    const known = outsideTopic(deviceId, filter);
    if (known) link.filters.add(known);
  }
}

import * as topics from "@millwright/shared/wire/topics";

/** provision: has no credential yet, and may do nothing but ask for one. */
export type DeviceKind = "device" | "gateway" | "provision";

const ME = "v1/devices/me/";
const GATEWAY = "v1/gateway/";

const PUBLISH = new Set([topics.TELEMETRY, topics.ATTRIBUTES]);
const GATEWAY_PUBLISH = new Set([
  topics.GATEWAY_TELEMETRY,
  topics.GATEWAY_ATTRIBUTES,
  topics.GATEWAY_CONNECT,
  topics.GATEWAY_DISCONNECT,
]);
/** One level after the prefix, not empty and no wildcard: an id the device chose or was given. */
const PUBLISH_WITH_ID = [topics.RPC_RESPONSE, `${topics.ATTRIBUTES}/request/`];
const SUBSCRIBE = new Set([topics.ATTRIBUTES]);
const SUBSCRIBE_WITH_ID = [topics.RPC_REQUEST, topics.RPC_RESPONSE, `${topics.ATTRIBUTES}/response/`];
const GATEWAY_SUBSCRIBE = new Set([`${GATEWAY}rpc`, topics.GATEWAY_ATTRIBUTES]);

const ID = /^[^/+#]+$/;

function isPrefixAndId(topic: string, prefixes: readonly string[], wildcard: boolean): boolean {
  return prefixes.some((prefix) => {
    if (!topic.startsWith(prefix)) return false;
    const id = topic.slice(prefix.length);
    return ID.test(id) || (wildcard && id === "+");
  });
}

/** What a device may publish: telemetry, attributes and answers, of itself or, as a gateway, for its children. */
export function mayPublish(kind: DeviceKind, topic: string): boolean {
  if (kind === "provision") return topic === topics.PROVISION_REQUEST;
  if (PUBLISH.has(topic)) return true;
  if (kind === "gateway" && GATEWAY_PUBLISH.has(topic)) return true;
  return isPrefixAndId(topic, PUBLISH_WITH_ID, false);
}

/** What a device may subscribe: commands and attribute changes meant for it. */
export function maySubscribe(kind: DeviceKind, filter: string): boolean {
  if (kind === "provision") return filter === topics.PROVISION_RESPONSE;
  if (SUBSCRIBE.has(filter)) return true;
  if (kind === "gateway" && GATEWAY_SUBSCRIBE.has(filter)) return true;
  return isPrefixAndId(filter, SUBSCRIBE_WITH_ID, true);
}

/**
 * `me` is a different place for each device. Inside the broker it is spelled out, so that a message for one device
 * matches no other's subscription, in a live session as in a stored one.
 */
export function insideTopic(deviceId: string, topic: string): string {
  const own = `to/${encodeURIComponent(deviceId)}/`;
  if (topic.startsWith(ME)) return `${own}me/${topic.slice(ME.length)}`;
  if (topic.startsWith(GATEWAY)) return `${own}gateway/${topic.slice(GATEWAY.length)}`;
  if (topic === topics.PROVISION_RESPONSE) return `${own}provision`;
  return REFUSED;
}

/** Where a refused filter goes in stored sessions (aedes stores a whole SUBSCRIBE): nothing is ever published there. */
export const REFUSED = "refused";
export const isRefused = (filter: string): boolean => filter === REFUSED || filter.startsWith(`${REFUSED}/`);

/** The topic as the device knows it, or null: not a message for this device. */
export function outsideTopic(deviceId: string, inside: string): string | null {
  const own = `to/${encodeURIComponent(deviceId)}/`;
  // Already translated: aedes offers a stored message again after a reconnect.
  if (inside.startsWith(ME) || inside.startsWith(GATEWAY)) return inside;
  if (inside === topics.PROVISION_RESPONSE) return inside;
  if (!inside.startsWith(own)) return null;
  const rest = inside.slice(own.length);
  if (rest.startsWith("me/")) return ME + rest.slice(3);
  if (rest.startsWith("gateway/")) return GATEWAY + rest.slice(8);
  if (rest === "provision") return topics.PROVISION_RESPONSE;
  return null;
}

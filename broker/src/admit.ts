import { isIPv6 } from "node:net";
import type { Limits } from "./limits.ts";
import { DeviceRate, type Monotonic } from "./rate.ts";

/** Rates of devices that are away; the longest away are forgotten first. */
const MOST_AWAY = 20_000;

/** Counts who is here: connections in all and by address, each device's rate. */
export function createAdmission(limits: Limits, now: Monotonic) {
  const byIp = new Map<string, number>();
  const rates = new Map<string, DeviceRate>();
  /** Kept over a reconnect: otherwise each one would bring a burst of its own. */
  const away = new Map<string, DeviceRate>();
  let connections = 0;

  return {
    /** A fresh connection: null, or which limit keeps it out. After null, `left` is called when it closes. */
    arrived(ip: string): "connections" | "connections-per-ip" | null {
      const fromIp = byIp.get(ip) ?? 0;
      if (connections >= limits.connections) return "connections";
      if (fromIp >= limits.connectionsPerIp) return "connections-per-ip";
      connections += 1;
      byIp.set(ip, fromIp + 1);
      return null;
    },
    left(ip: string): void {
      connections -= 1;
      const fromIp = (byIp.get(ip) ?? 0) - 1;
      if (fromIp > 0) byIp.set(ip, fromIp);
      else byIp.delete(ip);
    },
    /** The device's rate, shared by its connections; `leave` when one closes. */
    enter(deviceId: string): DeviceRate {
      const rate = rates.get(deviceId) ?? away.get(deviceId) ?? new DeviceRate(limits, now());
      away.delete(deviceId);
      rate.connections += 1;
      rates.set(deviceId, rate);
      return rate;
    },
    leave(deviceId: string): void {
      const rate = rates.get(deviceId);
      if (!rate) return;
      rate.connections -= 1;
      if (rate.connections > 0) return;
      rates.delete(deviceId);
      away.set(deviceId, rate);
      if (away.size > MOST_AWAY) away.delete(away.keys().next().value ?? "");
    },
    connectionsOf: (deviceId: string): number => rates.get(deviceId)?.connections ?? 0,
  };
}

export type Admission = ReturnType<typeof createAdmission>;

/** Who counts as one address: an IPv4 address in either spelling, or the /64 one IPv6 customer has. */
export function addressKey(address: string | undefined): string {
  const plain = (address ?? "").replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
  if (!isIPv6(plain)) return plain;
  const [head = "", tail] = plain.split("::");
  const front = head === "" ? [] : head.split(":");
  const back = tail === undefined || tail === "" ? [] : tail.split(":");
  const middle = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length);
  const groups = [...front, ...Array<string>(middle).fill("0"), ...back];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}

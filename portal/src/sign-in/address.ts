import { isIPv6 } from "node:net";

/**
 * The peer of the socket a request came over, put here by app.ts. Headers are not asked: whoever sends the
 * request writes them. Absent for a request that came over no socket (tests).
 */
const addressByRequest = new WeakMap<Request, string>();

export function rememberAddress(request: Request, address: string): void {
  addressByRequest.set(request, address);
}

export function addressOf(request: Request): string | null {
  return addressByRequest.get(request) ?? null;
}

/** Whoever has one IPv6 address has its whole /64: they count as one. ::ffff:10.0.0.1 is 10.0.0.1. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
  if (!isIPv6(plain)) return plain;
  const [head = "", tail] = plain.toLowerCase().split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array<string>(Math.max(0, 8 - left.length - right.length)).fill("0");
  const groups = [...left, ...(tail === undefined ? [] : zeros), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":")}::/64`;
}

export function isLoopback(address: string): boolean {
  return /^(::ffff:)?127\.|^::1$/.test(address);
}

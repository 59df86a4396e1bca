/** Who a CONNECT says it is; nothing of it is checked yet. */
export type Claim = { username: string | undefined; password: Buffer | undefined };

const CONNECT = 0x10;

/**
 * Looks at the first bytes of a connection without taking them: "partial" while a CONNECT is not all there, "other"
 * when it is none, or none we can read. The guard and aedes judge it later; this only finds out whose turn it is.
 */
export function peekConnect(bytes: Buffer, maxBytes: number): Claim | "partial" | "other" {
  if (bytes.length === 0) return "partial";
  if (bytes[0] !== CONNECT) return "other";
  let remaining = 0;
  let at = 1;
  for (; ; at++) {
    if (at > 4) return "other";
    const byte = bytes[at];
    if (byte === undefined) return "partial";
    remaining += (byte & 0x7f) * 128 ** (at - 1);
    if (byte < 0x80) break;
  }
  at += 1;
  if (at + remaining > maxBytes) return "other";
  if (bytes.length < at + remaining) return "partial";
  const end = at + remaining;

  /** A field with its length before it; null beyond the end. */
  function field(): Buffer | null {
    if (at + 2 > end) return null;
    const from = at + 2;
    const to = from + bytes.readUInt16BE(at);
    if (to > end) return null;
    at = to;
    return bytes.subarray(from, to);
  }

  if (field() === null || at + 4 > end) return "other";
  const flags = bytes[at + 1]!;
  at += 4; // level, flags, keep-alive
  const hasWill = (flags & 0x04) !== 0;
  const skipped = hasWill ? [field(), field(), field()] : [field()];
  const username = (flags & 0x80) === 0 ? undefined : field();
  const password = (flags & 0x40) === 0 ? undefined : field();
  if (skipped.includes(null) || username === null || password === null) return "other";
  return { username: username?.toString(), password };
}

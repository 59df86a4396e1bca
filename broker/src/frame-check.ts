import { isUtf8 } from "node:buffer";

/** What of the limits a frame alone can break. */
export type FrameLimits = { topicBytes: number; topicLevels: number; filtersPerPacket: number };

/** Why a frame was refused; also the label of the metric. */
export type Violation =
  | "frame-too-large"
  | "malformed"
  | "bad-utf8"
  | "packet-id-zero"
  | "topic-too-long"
  | "topic-too-deep"
  | "too-many-filters"
  | "message-rate-abuse"
  | "unexpected-answer"
  | "connect-expected"
  | "second-connect"
  | "protocol-version"
  | "text-frame";

export const CONNECT = 1;
export const DISCONNECT = 14;
const PUBLISH = 3;

/** Flags of the fixed header a client must send, by packet type; -1 = a client never sends it, or not only these. MQTT 3.1.1 section 2.2.2. */
const FLAGS = [-1, 0, -1, -1, 0, 0, 2, 0, 2, -1, 2, -1, 0, -1, 0, -1];

/** A string field at `at`: its end, or -1 where it does not fit, or -2 where it is not clean UTF-8 (MQTT-1.5.3-1, -2). */
function stringEnd(frame: Buffer, at: number): number {
  if (at + 2 > frame.length) return -1;
  const end = at + 2 + frame.readUInt16BE(at);
  if (end > frame.length) return -1;
  for (let i = at + 2; i < end; i++) {
    const byte = frame[i]!;
    if (byte < 0x20 || byte === 0x7f) return -2;
    // Beyond ASCII: strict UTF-8 (no surrogates, no overlong forms), no C1 controls (C2 80 … C2 9F), no non-characters.
    if (byte > 0x7f) return cleanUtf8(frame, i, end) ? end : -2;
  }
  return end;
}

function cleanUtf8(frame: Buffer, from: number, end: number): boolean {
  if (!isUtf8(frame.subarray(from, end))) return false;
  for (let i = from; i < end; i++) {
    const byte = frame[i]!;
    if (byte < 0x20 || byte === 0x7f || (byte === 0xc2 && frame[i + 1]! < 0xa0)) return false;
    if (byte === 0xef && isNonCharacter(frame[i + 1]!, frame[i + 2]!)) return false;
  }
  return true;
}

/** U+FDD0 … U+FDEF, U+FFFE and U+FFFF, by what follows EF (MQTT 3.1.1 section 1.5.3). */
const isNonCharacter = (second: number, third: number): boolean =>
  (second === 0xb7 && third >= 0x90 && third <= 0xaf) || (second === 0xbf && third >= 0xbe);

const broken = (end: number): Violation => (end === -2 ? "bad-utf8" : "malformed");

function checkConnect(frame: Buffer, headerFlags: number, body: number): Violation | null {
  const nameEnd = stringEnd(frame, body);
  if (nameEnd < 0 || nameEnd + 4 > frame.length) return "malformed";
  const name = frame.toString("latin1", body + 2, nameEnd);
  if (name !== "MQTT" && name !== "MQIsdp") return "malformed";
  // A bridge sets the highest bit of the version.
  const version = frame[nameEnd]! & 0x7f;
  if (version !== (name === "MQTT" ? 4 : 3)) return "protocol-version";
  if (version === 4 && headerFlags !== 0) return "malformed";
  // MQTT 3.1 says of the reserved bit, and of the flags of the fixed header, only that they are not used.
  const flags = version === 4 ? frame[nameEnd + 1]! : frame[nameEnd + 1]! & 0xfe;
  const hasWill = (flags & 0x04) !== 0;
  const willQos = (flags >> 3) & 3;
  if ((flags & 1) !== 0 || willQos === 3 || (!hasWill && (flags & 0x38) !== 0)) return "malformed";
  // MQTT-3.1.2-22: no password without a user name.
  if ((flags & 0xc0) === 0x40) return "malformed";
  let at = stringEnd(frame, nameEnd + 4);
  if (at < 0) return broken(at);
  if (hasWill) {
    const topic = at;
    at = stringEnd(frame, at);
    if (at < 0) return broken(at);
    if (!isTopicName(frame, topic + 2, at)) return "malformed";
    at = bytesEnd(frame, at);
    if (at < 0) return "malformed";
  }
  if ((flags & 0x80) !== 0) {
    at = stringEnd(frame, at);
    if (at < 0) return broken(at);
  }
  if ((flags & 0x40) !== 0) at = bytesEnd(frame, at);
  return at === frame.length ? null : "malformed";
}

function bytesEnd(frame: Buffer, at: number): number {
  if (at + 2 > frame.length) return -1;
  const end = at + 2 + frame.readUInt16BE(at);
  return end > frame.length ? -1 : end;
}

function checkPublish(frame: Buffer, flags: number, body: number, limits: FrameLimits): Violation | null {
  const qos = (flags >> 1) & 3;
  if (qos === 3 || (qos === 0 && (flags & 8) !== 0)) return "malformed";
  const end = stringEnd(frame, body);
  if (end < 0) return broken(end);
  if (!isTopicName(frame, body + 2, end)) return "malformed";
  const topic = checkTopic(frame, body + 2, end, limits);
  if (topic !== null) return topic;
  if (qos === 0) return null;
  if (end + 2 > frame.length) return "malformed";
  return frame.readUInt16BE(end) === 0 ? "packet-id-zero" : null;
}

const SLASH = 0x2f;
const PLUS = 0x2b;
const HASH = 0x23;

/** Not empty, and without wildcards (MQTT-4.7.3-1, -3.3.2-2). */
function isTopicName(frame: Buffer, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (frame[i] === PLUS || frame[i] === HASH) return false;
  return to > from;
}

/** Not empty; a wildcard has its level to itself, and `#` is the last (MQTT-4.7.1-2, -4.7.1-3). */
function isFilter(frame: Buffer, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    if (frame[i] !== PLUS && frame[i] !== HASH) continue;
    if (i > from && frame[i - 1] !== SLASH) return false;
    if (i + 1 < to && (frame[i] === HASH || frame[i + 1] !== SLASH)) return false;
  }
  return to > from;
}

/** Topic or filter in the bytes from `from` to `to`. */
function checkTopic(frame: Buffer, from: number, to: number, limits: FrameLimits): Violation | null {
  if (to - from > limits.topicBytes) return "topic-too-long";
  let levels = 1;
  for (let i = from; i < to; i++) if (frame[i] === SLASH) levels += 1;
  return levels > limits.topicLevels ? "topic-too-deep" : null;
}

/** SUBSCRIBE (with a QoS byte after each filter) and UNSUBSCRIBE; at least one filter (MQTT-3.8.3-3, -3.10.3-2). */
function checkFilters(frame: Buffer, body: number, qosBytes: 0 | 1, limits: FrameLimits): Violation | null {
  if (body + 2 > frame.length) return "malformed";
  if (frame.readUInt16BE(body) === 0) return "packet-id-zero";
  let at = body + 2;
  if (at === frame.length) return "malformed";
  let filters = 0;
  while (at < frame.length) {
    const start = at;
    at = stringEnd(frame, at);
    if (at < 0) return broken(at);
    if (!isFilter(frame, start + 2, at)) return "malformed";
    const topic = checkTopic(frame, start + 2, at, limits);
    if (topic !== null) return topic;
    filters += 1;
    if (filters > limits.filtersPerPacket) return "too-many-filters";
    if (qosBytes === 1 && (at >= frame.length || frame[at]! > 2)) return "malformed";
    at += qosBytes;
  }
  return at === frame.length ? null : "malformed";
}

/**
 * Judges one whole frame of a client; `body` is where its variable header begins, `sentFlags` what its CONNECT had in
 * the fixed header. null = pass it on.
 */
export function checkFrame(
  frame: Buffer,
  body: number,
  limits: FrameLimits,
  sentFlags: number,
): Violation | null {
  const type = frame[0]! >> 4;
  const flags = frame[0]! & 15;
  if (type === PUBLISH) return checkPublish(frame, flags, body, limits);
  if (type === CONNECT) return checkConnect(frame, sentFlags, body);
  if (FLAGS[type] !== flags) return "malformed";
  if (type === 8) return checkFilters(frame, body, 1, limits);
  if (type === 10) return checkFilters(frame, body, 0, limits);
  if (type >= 12) return frame.length === body ? null : "malformed";
  if (frame.length !== body + 2) return "malformed";
  return frame.readUInt16BE(body) === 0 ? "packet-id-zero" : null;
}

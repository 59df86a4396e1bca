/** What the broker puts into the uplink journal: a message as it came, or a change of presence. */
export type UplinkRecord =
  | { kind: "message"; receivedAt: number; deviceId: string; topic: string; payload: Uint8Array }
  | { kind: "presence"; receivedAt: number; deviceId: string; event: PresenceEvent };

/** `will`: the connection ended without a DISCONNECT. */
export type PresenceEvent = "connected" | "disconnected" | "will";

const MESSAGE = 1;
const PRESENCE = 2;
const EVENTS: readonly PresenceEvent[] = ["connected", "disconnected", "will"];

/**
 * Layout: u8 kind · f64 receivedAt (epoch ms, big-endian) · u8 length + device id · then
 * message: u16 length + topic · payload to the end; presence: u8 event.
 */
export function encodeMessage(
  receivedAt: number,
  deviceId: string,
  topic: string,
  payload: Uint8Array,
): Buffer {
  const idBytes = Buffer.byteLength(deviceId);
  const topicBytes = Buffer.byteLength(topic);
  const out = Buffer.allocUnsafe(12 + idBytes + topicBytes + payload.length);
  out[0] = MESSAGE;
  out.writeDoubleBE(receivedAt, 1);
  out[9] = idBytes;
  out.write(deviceId, 10, "utf8");
  out.writeUInt16BE(topicBytes, 10 + idBytes);
  out.write(topic, 12 + idBytes, "utf8");
  out.set(payload, 12 + idBytes + topicBytes);
  return out;
}

export function encodePresence(receivedAt: number, deviceId: string, event: PresenceEvent): Buffer {
  const idBytes = Buffer.byteLength(deviceId);
  const out = Buffer.allocUnsafe(11 + idBytes);
  out[0] = PRESENCE;
  out.writeDoubleBE(receivedAt, 1);
  out[9] = idBytes;
  out.write(deviceId, 10, "utf8");
  out[10 + idBytes] = EVENTS.indexOf(event);
  return out;
}

/** Throws RangeError on bytes the broker did not write. The payload is a view into `bytes`, not a copy. */
export function decodeUplink(bytes: Uint8Array): UplinkRecord {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = buffer.readUInt8(0);
  const receivedAt = buffer.readDoubleBE(1);
  const afterId = 10 + buffer.readUInt8(9);
  const deviceId = buffer.toString("utf8", 10, afterId);
  if (kind === MESSAGE) {
    const payloadAt = afterId + 2 + buffer.readUInt16BE(afterId);
    return {
      kind: "message",
      receivedAt,
      deviceId,
      topic: buffer.toString("utf8", afterId + 2, payloadAt),
      payload: buffer.subarray(payloadAt),
    };
  }
  const event = EVENTS[buffer.readUInt8(afterId)];
  if (kind === PRESENCE && event) return { kind: "presence", receivedAt, deviceId, event };
  throw new RangeError(`unknown uplink record kind ${kind}`);
}

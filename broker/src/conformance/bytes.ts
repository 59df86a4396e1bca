/** A two-byte number: packet id, keep-alive, length. */
export const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);

/** Bytes as they are, without the length that a string field has. */
export const raw = (text: string): Buffer => Buffer.from(text);

export const bytes = (...values: number[]): Buffer => Buffer.from(values);

/** A string or binary field: its length, then its bytes. */
export const field = (content: string | Buffer): Buffer => {
  const body = Buffer.from(content);
  return Buffer.concat([u16(body.length), body]);
};

/** A field of a packet: a number is one byte, a string a string field, a buffer stands as it is. */
export type Part = number | string | Buffer;

const encode = (part: Part): Buffer =>
  typeof part === "number" ? bytes(part) : typeof part === "string" ? field(part) : part;

/** The variable-length number of a fixed header; `least` bytes long, which more than it needs is not permitted to be. */
export function remainingLength(value: number, least = 1): Buffer {
  const out: number[] = [];
  let rest = value;
  do {
    out.push(rest % 128);
    rest = Math.floor(rest / 128);
  } while (rest > 0 || out.length < least);
  return bytes(...out.map((byte, i) => (i < out.length - 1 ? byte | 0x80 : byte)));
}

/** A whole packet with the right length. */
export function packet(first: number, ...parts: Part[]): Buffer {
  const body = Buffer.concat(parts.map(encode));
  return Buffer.concat([bytes(first), remainingLength(body.length), body]);
}

export type Level = 3 | 4;

export const protocolName = (level: Level): string => (level === 3 ? "MQIsdp" : "MQTT");

/** CONNECT with clean session unless the flags say otherwise; `more` is the payload after the client id. */
export function connect(level: Level, clientId: Part, flags = 0x02, ...more: Part[]): Buffer {
  return packet(0x10, protocolName(level), level, flags, u16(60), clientId, ...more);
}

export const connack = (code = 0, present = 0): Buffer => bytes(0x20, 2, present, code);
export const publish = (qos: number, topic: string, id: number, payload = "x", flags = 0): Buffer =>
  qos === 0
    ? packet(0x30 | flags, topic, raw(payload))
    : packet(0x30 | (qos << 1) | flags, topic, u16(id), raw(payload));
export const puback = (id: number): Buffer => packet(0x40, u16(id));
export const pubrec = (id: number): Buffer => packet(0x50, u16(id));
export const pubrel = (id: number): Buffer => packet(0x62, u16(id));
export const pubcomp = (id: number): Buffer => packet(0x70, u16(id));
export const suback = (id: number, ...codes: number[]): Buffer => packet(0x90, u16(id), ...codes);
export const unsuback = (id: number): Buffer => packet(0xb0, u16(id));
export const PINGREQ = bytes(0xc0, 0);
export const PINGRESP = bytes(0xd0, 0);
export const DISCONNECT = bytes(0xe0, 0);

/** Filters each with its QoS. */
export const subscribe = (id: number, ...filters: [string, number][]): Buffer =>
  packet(0x82, u16(id), ...filters.flat());
export const unsubscribe = (id: number, ...filters: string[]): Buffer => packet(0xa2, u16(id), ...filters);

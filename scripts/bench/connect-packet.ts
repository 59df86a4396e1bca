/** A CONNECT of MQTT 3.1.1: clean session, keep-alive 60 s, the token as user name. */
export function connectPacket(clientId: string, token: string): Buffer {
  const body = Buffer.concat([
    Buffer.from([0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 0b1000_0010, 0, 60]),
    text(clientId),
    text(token),
  ]);
  return Buffer.concat([Buffer.from([0x10, ...remaining(body.length)]), body]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
}

/** The remaining length of a packet, as it stands in its header. */
export function remaining(length: number): number[] {
  const out: number[] = [];
  let left = length;
  do {
    const byte = left & 127;
    left >>= 7;
    out.push(left > 0 ? byte | 128 : byte);
  } while (left > 0);
  return out;
}

/** A packet as aedes hands it over; of an MQTT packet only what is kept here. */
export type Packet = {
  cmd?: string;
  topic: string;
  payload: Buffer | string;
  qos: number;
  retain?: boolean;
  dup?: boolean;
  messageId?: number | undefined;
  /** With `brokerCounter` the packet's identity inside the broker. A broker has another id after each start. */
  brokerId?: string;
  brokerCounter?: number;
  [other: string]: unknown;
};

/** The client a call is for; a clean session ends with its connection and needs no file. */
export type ClientRef = { id: string; clean?: boolean; closed?: boolean; brokerId?: string };

/** Not Buffer.from, which takes small ones from a pool they would keep alive in turn. */
function unpooledCopy(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}

/**
 * The payload in memory of its own. As it comes from aedes it is a window on what the socket read: keeping ten bytes
 * would keep 64 kB.
 */
export const ownPayload = (payload: Buffer | string): Buffer | string =>
  typeof payload === "string" || payload.length === payload.buffer.byteLength
    ? payload
    : unpooledCopy(payload);

export const sizeOf = (packet: Packet): number => Buffer.byteLength(packet.payload) + packet.topic.length;

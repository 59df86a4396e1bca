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
export type ClientRef = { id: string; clean?: boolean; brokerId?: string };

export const sizeOf = (packet: Packet): number => Buffer.byteLength(packet.payload) + packet.topic.length;

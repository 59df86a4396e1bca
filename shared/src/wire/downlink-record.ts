/** A command on its way to a device: what the portal puts into the downlink journal. */
export type DownlinkRecord = {
  deviceId: string;
  /** Last level of the request topic; the device answers under the same one. No `/`, `+` or `#`. */
  requestId: string;
  method: string;
  /** Any JSON value. */
  params: unknown;
};

export function encodeDownlink(record: DownlinkRecord): Buffer {
  return Buffer.from(JSON.stringify(record));
}

/** Written by the portal only, so it is trusted to have the shape; a torn record throws SyntaxError. */
export function decodeDownlink(bytes: Uint8Array): DownlinkRecord {
  return JSON.parse(
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8"),
  ) as DownlinkRecord;
}

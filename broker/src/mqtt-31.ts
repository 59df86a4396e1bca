import type { Duplex } from "node:stream";

/** What the protocol of 2010, still spoken by PLCs and modems, does otherwise than MQTT 3.1.1. */

const CONNECT = 0x10;
/** PUBREL, SUBSCRIBE and UNSUBSCRIBE that are sent again have DUP there (MQTT 3.1 section 2.1). */
const REPEATABLE = new Set([0x6a, 0x8a, 0xaa]);
const DUP = 0x08;

/**
 * Clears, in the first byte of the frame at `at`, what the parser behind would not understand: flags of a CONNECT,
 * whose level is not known yet (they are judged with it), and the DUP that MQTT 3.1 gives to more than PUBLISH.
 */
export function clearUnused(chunk: Buffer, at: number, level: number): void {
  const first = chunk[at]!;
  if (level === 3 && REPEATABLE.has(first)) chunk[at] = first & ~DUP;
  else if (level === 0 && (first & 0xf0) === CONNECT) chunk[at] = CONNECT;
}

/** MQTT 3.1 has nothing to say in the second byte of CONNACK, where aedes says "session present". */
export function hideSessionPresent(conn: Duplex): void {
  const write = conn.write.bind(conn);
  const header = Buffer.alloc(4);
  let written = 0;
  // CONNACK is the first the client gets; it comes in pieces.
  conn.write = (piece: Buffer) => {
    written += piece.copy(header, written);
    if (written < header.length) return true;
    header[2] = 0;
    conn.write = write;
    return write(header);
  };
}

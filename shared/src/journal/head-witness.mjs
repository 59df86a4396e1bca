import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { headCrc } from "./journal-file.mjs";

const LENGTH = 32;

/**
 * The newest committed record, in a small file of its own beside the journal. It is not synced, and written after the
 * commit: so it may be behind, never ahead. When the end of the write-ahead log is damaged SQLite takes what comes
 * before it for all there was; this file knows better, and keeps those numbers from being given out again.
 */
export function openWitness(file) {
  const handle = openSync(`${file}-head`, constants.O_RDWR | constants.O_CREAT, 0o644);
  return {
    /** 0 where nothing sound is written. */
    read() {
      const buffer = Buffer.alloc(LENGTH);
      readSync(handle, buffer, 0, LENGTH, 0);
      const [seq, crc] = buffer.toString("latin1").trim().split(" ").map(Number);
      return Number.isSafeInteger(seq) && headCrc(seq) === crc ? seq : 0;
    },
    write(seq) {
      writeSync(handle, `${seq} ${headCrc(seq)}`.padEnd(LENGTH), 0, "latin1");
    },
    close: () => closeSync(handle),
  };
}

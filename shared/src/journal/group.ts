import type { AppendDone } from "./journal.ts";

/** A full-speed group is thousands of records; above this it is closed and the next one begun. */
const GROUP_BYTES = 1_048_576;
const SMALLEST = 4_096;

/** Records packed one after another: u32 length (little-endian) + bytes each. */
export type Group = { buffer: ArrayBuffer; length: number; count: number; dones: AppendDone[] };

/** Collects records into groups; `take` hands over what has been collected, oldest first. */
export class GroupPacker {
  private readonly closed: Group[] = [];
  private buffer = Buffer.alloc(0);
  private length = 0;
  private dones: AppendDone[] = [];
  private likely = SMALLEST;

  add(record: Uint8Array, done: AppendDone): void {
    const end = this.length + 4 + record.length;
    if (end > GROUP_BYTES && this.dones.length > 0) this.closeGroup();
    this.reserve(4 + record.length);
    this.buffer.writeUInt32LE(record.length, this.length);
    this.buffer.set(record, this.length + 4);
    this.length += 4 + record.length;
    this.dones.push(done);
  }

  isEmpty(): boolean {
    return this.dones.length === 0 && this.closed.length === 0;
  }

  take(maxGroups: number): Group[] {
    if (this.closed.length < maxGroups && this.dones.length > 0) this.closeGroup();
    return this.closed.splice(0, maxGroups);
  }

  private closeGroup(): void {
    const buffer = this.buffer.buffer as ArrayBuffer;
    this.closed.push({ buffer, length: this.length, count: this.dones.length, dones: this.dones });
    // The next group is probably about as large as this one: it then grows at most once.
    this.likely = Math.min(GROUP_BYTES, Math.max(SMALLEST, this.length + (this.length >> 2)));
    this.buffer = Buffer.alloc(0);
    this.length = 0;
    this.dones = [];
  }

  /** The memory is the group's own (never Node's shared pool), since it is handed to another thread. */
  private reserve(bytes: number): void {
    const needed = this.length + bytes;
    if (needed <= this.buffer.length) return;
    const size = Math.max(needed, this.length === 0 ? this.likely : this.buffer.length * 2);
    const grown = Buffer.from(new ArrayBuffer(size));
    this.buffer.copy(grown, 0, 0, this.length);
    this.buffer = grown;
  }
}

/** The records of a packed group, as views into it. Throws RangeError where the lengths do not add up to `count`. */
export function unpackGroup(body: Buffer, count: number): Buffer[] {
  const records: Buffer[] = [];
  let at = 0;
  while (at < body.length) {
    const end = at + 4 + body.readUInt32LE(at);
    if (end > body.length) throw new RangeError("record reaches beyond its group");
    records.push(body.subarray(at + 4, end));
    at = end;
  }
  if (records.length !== count) throw new RangeError(`${records.length} records, not ${count}`);
  return records;
}

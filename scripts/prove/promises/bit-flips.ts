import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JournalEntry } from "@millwright/shared/journal/journal";
import { openSqliteReader } from "@millwright/shared/journal/reader";
import { openSqliteJournal } from "@millwright/shared/journal/sqlite";
import { checklist, type Proof } from "../promise.ts";

const RECORDS = 400;
const text = (n: number) => `record ${n} of the journal, value ${(n * 7919) % 1000}`;

/** One flipped bit anywhere in the journal's file: read as an error or not at all, never as another value. */
export const bitFlips: Proof = {
  title: "a flipped bit in the journal is found, not served",
  async prove({ random, long }) {
    const { failures, expect } = checklist();
    const dir = mkdtempSync(join(tmpdir(), "prove-bits-"));
    try {
      const sound = await journalFile(join(dir, "sound.db"));
      const file = join(dir, "damaged.db");
      const count = { refused: 0, same: 0, phantom: 0, skipped: 0, control: 0 };
      const flips = long ? 2_000 : 300;
      for (let i = 0; i < flips; i++) {
        const bytes = Buffer.from(sound);
        bytes[Math.floor(random() * bytes.length)]! ^= 1 << Math.floor(random() * 8);
        writeFileSync(file, bytes);
        count[judge(() => readAll(file))]++;
        if (hitsRecord(bytes)) count.control++;
      }
      expect(count.control > 0, "no flip hit a record: the control has nothing to serve wrongly");
      const note = `${count.refused} refused, ${count.same} harmless, ${count.skipped} left something out unnoticed; without the checksum ${count.control} wrong`;
      return { attempts: flips, lost: count.skipped, doubled: 0, phantom: count.phantom, failures, note };
    } finally {
      rmSync(dir, { recursive: true });
    }
  },
};

async function journalFile(file: string): Promise<Buffer> {
  const writer = await openSqliteJournal({ file });
  for (let n = 1; n <= RECORDS; n += 10) {
    const group = Array.from({ length: 10 }, (_, i) => n + i);
    await Promise.all(
      group.map(
        (k) =>
          new Promise<void>((resolve, reject) =>
            writer.append(Buffer.from(text(k)), (error) => (error ? reject(error) : resolve())),
          ),
      ),
    );
  }
  await writer.close();
  return readFileSync(file);
}

/** What came of reading: all of it, an error, something that was never written, or less than all without a word. */
function judge(read: () => JournalEntry[]): "refused" | "same" | "phantom" | "skipped" {
  let entries: JournalEntry[];
  try {
    entries = read();
  } catch {
    return "refused";
  }
  if (entries.some(({ seq, bytes }) => Buffer.from(bytes).toString() !== text(seq))) return "phantom";
  return entries.length === RECORDS ? "same" : "skipped";
}

function readAll(file: string): JournalEntry[] {
  const reader = openSqliteReader(file);
  try {
    const all: JournalEntry[] = [];
    for (;;) {
      const some = reader.read(all.at(-1)?.seq ?? 0);
      if (some.length === 0) return all;
      all.push(...some);
    }
  } finally {
    reader.close();
  }
}

/** The control: whether the flip hit a record's own bytes, which a reader without a checksum would serve as they are. */
function hitsRecord(bytes: Buffer): boolean {
  for (let n = 1; n <= RECORDS; n++) if (!bytes.includes(text(n))) return true;
  return false;
}

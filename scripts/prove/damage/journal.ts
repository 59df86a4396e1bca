import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "@millwright/shared/failure";
import type { JournalWriter } from "@millwright/shared/journal/journal";
import { openSqliteReader } from "@millwright/shared/journal/reader";
import { openSqliteJournal } from "@millwright/shared/journal/sqlite";
import { type Change, changed, randomChange } from "./change.ts";

const RECORDS = 400;
const AT_ONCE = 10;
const text = (n: number) => `record ${n} of the journal, value ${(n * 7919) % 1000}`;
const NAME = "uplink.db";

/** What a start and a read made of one change; `silent`: something was missing without a word. */
type Outcome = "harmless" | "gap" | "refused" | "phantom" | "silent";

/** Damages a journal in `attempts` ways, each in a copy of its own, and starts and reads it as the programs do. */
export async function damageJournal(dir: string, attempts: number, random: () => number) {
  const sound = await journalFiles(join(dir, "sound"));
  const count: Record<Outcome, number> = { harmless: 0, gap: 0, refused: 0, phantom: 0, silent: 0 };
  let control = 0;
  for (let i = 0; i < attempts; i++) {
    const place = join(dir, "damaged");
    rmSync(place, { recursive: true, force: true });
    mkdirSync(place);
    // One in four hits a record itself: a random place seldom does.
    const change = i % 4 === 3 ? inRecord(sound, random) : randomChange(sound, random);
    let whole = "";
    for (const [name, bytes] of sound) {
      const damaged = name === change.file ? changed(bytes, change, random) : bytes;
      whole += damaged.toString("latin1");
      writeFileSync(join(place, name), damaged);
    }
    if (!Array.from({ length: RECORDS }, (_, n) => text(n + 1)).every((record) => whole.includes(record)))
      control++;
    count[await startAndRead(join(place, NAME))]++;
  }
  return { count, control };
}

function inRecord(files: ReadonlyMap<string, Buffer>, random: () => number): Change {
  const record = text(1 + Math.floor((random() * RECORDS) / 2));
  const at = (files.get(NAME)?.indexOf(record) ?? 0) + Math.floor(random() * record.length);
  return { file: NAME, at, kind: "flip" };
}

/** As kill -9 leaves them: a part in the file, a part only in its log. */
async function journalFiles(dir: string): Promise<Map<string, Buffer>> {
  mkdirSync(dir);
  const file = join(dir, NAME);
  const first = await openSqliteJournal({ file });
  await append(first, 1, RECORDS / 2);
  await first.close();
  const second = await openSqliteJournal({ file });
  await append(second, RECORDS / 2 + 1, RECORDS);
  const names = [NAME, `${NAME}-wal`, `${NAME}-head`];
  const files = new Map(names.map((name) => [name, readFileSync(join(dir, name))]));
  await second.close();
  return files;
}

async function append(writer: JournalWriter, from: number, through: number): Promise<void> {
  for (let n = from; n <= through; n += AT_ONCE) {
    const group = Array.from({ length: AT_ONCE }, (_, i) => appended(writer, text(n + i)));
    await Promise.all(group);
  }
}

const appended = (writer: JournalWriter, record: string) =>
  new Promise<void>((resolve, reject) =>
    writer.append(Buffer.from(record), (error) => (error ? reject(error) : resolve())),
  );

async function startAndRead(file: string): Promise<Outcome> {
  try {
    const writer = await openSqliteJournal({ file });
    // The sequence has to go on behind everything that was ever told as committed.
    await appended(writer, text(RECORDS + 1));
    const head = writer.head();
    await writer.close();
    if (head !== RECORDS + 1) return "silent";
  } catch (error) {
    if (error instanceof Failure) return "refused";
    throw error;
  }
  const reader = openSqliteReader(file);
  try {
    let next = 1;
    let gaps = 0;
    for (let entries = reader.read(0); entries.length > 0; entries = reader.read(next - 1)) {
      for (const { seq, bytes, gap } of entries) {
        if (gap) gaps++;
        else if (Buffer.from(bytes).toString() !== text(seq)) return "phantom";
        if ((gap?.from ?? seq) !== next) return "silent";
        next = seq + 1;
      }
    }
    if (next !== RECORDS + 2) return "silent";
    return gaps > 0 ? "gap" : "harmless";
  } finally {
    reader.close();
  }
}

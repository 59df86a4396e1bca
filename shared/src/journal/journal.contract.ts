import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { JournalReader, JournalWriter } from "./journal.ts";

/** One journal of an engine under test, in a place of its own. */
type JournalUnderTest = {
  /** Opens the writer; after a `close` it is the same journal again. */
  openWriter(options?: {
    maxBytes?: number;
    maxAgeMs?: number;
    requiredReaders?: string[];
  }): Promise<JournalWriter>;
  openReader(): JournalReader;
};

export type JournalRule = { rule: string; holds(journal: JournalUnderTest): Promise<void> };

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (record: Uint8Array) => new TextDecoder().decode(record);

/** Appends all and waits for the last; the rest came before it. */
export function appendAll(writer: JournalWriter, records: readonly Uint8Array[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let left = records.length;
    if (left === 0) resolve();
    for (const record of records) {
      writer.append(record, (error) => {
        if (error) reject(error);
        left -= 1;
        if (left === 0) resolve();
      });
    }
  });
}

export function readAll(reader: JournalReader, afterSeq = 0, maxBytes?: number) {
  const all = [];
  for (let after = afterSeq; ; ) {
    const some = reader.read(after, maxBytes);
    if (some.length === 0) return all;
    all.push(...some);
    after = some.at(-1)!.seq;
  }
}

export async function until(condition: () => boolean, what: string, withinMs = 10_000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const numbered = (count: number, from = 1) =>
  Array.from({ length: count }, (_, i) => bytes(`record ${from + i}`));
/** Commits one by one: each becomes a unit of its own for the retention. */
async function oneByOne(writer: JournalWriter, records: readonly Uint8Array[]) {
  for (const record of records) await appendAll(writer, [record]);
}

/** What every engine has to keep. Each rule gets a fresh journal. */
export const journalRules: readonly JournalRule[] = [
  {
    rule: "a reader is empty before anything was written, also before the writer exists",
    async holds(journal) {
      const reader = journal.openReader();
      strictEqual(reader.head(), 0);
      deepStrictEqual(reader.read(0), []);
      const writer = await journal.openWriter();
      strictEqual(writer.head(), 0);
      await appendAll(writer, [bytes("a")]);
      deepStrictEqual(
        reader.read(0).map((entry) => [entry.seq, text(entry.bytes)]),
        [[1, "a"]],
      );
      reader.close();
      await writer.close();
    },
  },
  {
    rule: "any records, cut into any reads, come back as they were, numbered from 1 without a gap",
    async holds(journal) {
      const writer = await journal.openWriter();
      const reader = journal.openReader();
      let before = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 40 }),
          fc.integer({ min: 1, max: 500 }),
          async (records, maxBytes) => {
            await appendAll(writer, records);
            const entries = readAll(reader, before, maxBytes);
            deepStrictEqual(
              entries.map((entry) => entry.seq),
              records.map((_, index) => before + 1 + index),
            );
            deepStrictEqual(
              entries.map((entry) => Buffer.from(entry.bytes)),
              records.map((record) => Buffer.from(record)),
            );
            before += records.length;
            strictEqual(writer.head(), before);
            strictEqual(reader.head(), before);
          },
        ),
        { numRuns: 40 },
      );
      reader.close();
      await writer.close();
    },
  },
  {
    rule: "the record is copied before append returns",
    async holds(journal) {
      const writer = await journal.openWriter();
      const record = bytes("before");
      const stored = new Promise<void>((resolve) => writer.append(record, () => resolve()));
      record.fill(0);
      await stored;
      const reader = journal.openReader();
      strictEqual(text(reader.read(0)[0]!.bytes), "before");
      reader.close();
      await writer.close();
    },
  },
  {
    rule: "done is called in the order of the appends, and only when a reader can see the record",
    async holds(journal) {
      const writer = await journal.openWriter();
      const reader = journal.openReader();
      const order: number[] = [];
      let unseen = 0;
      await new Promise<void>((resolve) => {
        for (let index = 1; index <= 3_000; index++) {
          writer.append(bytes(String(index)), () => {
            order.push(index);
            if (index % 500 === 1 && reader.head() < index) unseen += 1;
            if (index === 3_000) resolve();
          });
        }
      });
      deepStrictEqual(
        order,
        Array.from({ length: 3_000 }, (_, i) => i + 1),
      );
      strictEqual(unseen, 0);
      reader.close();
      await writer.close();
    },
  },
  {
    rule: "a record of several megabytes, and megabytes of small ones, survive",
    async holds(journal) {
      const writer = await journal.openWriter();
      const large = Buffer.alloc(3_000_000, 7);
      const many = Array.from({ length: 3_000 }, (_, index) => Buffer.alloc(1_000, index % 251));
      await appendAll(writer, [large, ...many]);
      const reader = journal.openReader();
      strictEqual(reader.read(0, 10).length, 1);
      const entries = readAll(reader);
      deepStrictEqual(
        entries.map((entry) => Buffer.from(entry.bytes)),
        [large, ...many],
      );
      reader.close();
      await writer.close();
    },
  },
  {
    rule: "close commits what is queued; the sequence goes on after a restart; a closed journal refuses",
    async holds(journal) {
      const writer = await journal.openWriter();
      const told: unknown[] = [];
      for (const record of numbered(10)) writer.append(record, (error) => told.push(error));
      await writer.close();
      deepStrictEqual(told, Array(10).fill(null));
      await rejects(appendAll(writer, [bytes("late")]));
      const again = await journal.openWriter();
      strictEqual(again.head(), 10);
      await appendAll(again, numbered(1, 11));
      const reader = journal.openReader();
      deepStrictEqual(
        readAll(reader).map((entry) => text(entry.bytes)),
        numbered(11).map(text),
      );
      reader.close();
      await again.close();
    },
  },
  {
    rule: "listeners are told each new head",
    async holds(journal) {
      const writer = await journal.openWriter();
      const heads: number[] = [];
      writer.onCommit((head) => heads.push(head));
      await oneByOne(writer, numbered(3));
      await until(() => heads.at(-1) === 3, "head 3 is told");
      deepStrictEqual(
        [...heads].sort((a, b) => a - b),
        heads,
      );
      await writer.close();
    },
  },
  {
    rule: "what has been read and is too much or too old goes; the newest stays; the sequence never falls",
    async holds(journal) {
      const writer = await journal.openWriter({ maxBytes: 0, requiredReaders: ["ingest"] });
      await oneByOne(writer, numbered(20));
      writer.reportOffset("ingest", 20);
      await until(() => writer.stats().trimmedThrough === 19, "trimmed through 19");
      const reader = journal.openReader();
      deepStrictEqual(
        readAll(reader).map((entry) => entry.seq),
        [20],
      );
      reader.close();
      await writer.close();
      const again = await journal.openWriter({ maxBytes: 0 });
      strictEqual(again.head(), 20);
      await again.close();
      const byAge = await journal.openWriter({ maxAgeMs: -1, requiredReaders: ["ingest"] });
      await oneByOne(byAge, numbered(2, 21));
      byAge.reportOffset("ingest", 21);
      await until(() => byAge.stats().trimmedThrough === 21, "trimmed through 21");
      await byAge.close();
    },
  },
  {
    rule: "nothing a reader has not got is dropped, however much it is, also after a restart",
    async holds(journal) {
      const limits = { maxBytes: 0, requiredReaders: ["fast", "slow"] };
      const writer = await journal.openWriter(limits);
      await oneByOne(writer, numbered(20));
      writer.reportOffset("fast", 20);
      await new Promise((resolve) => setTimeout(resolve, 300));
      strictEqual(writer.stats().trimmedThrough, 0, "slow has not reported yet");
      writer.reportOffset("slow", 5);
      await until(() => writer.stats().trimmedThrough === 5, "trimmed through 5");
      await writer.close();

      const again = await journal.openWriter(limits);
      again.reportOffset("fast", 20);
      await oneByOne(again, numbered(1, 21));
      await new Promise((resolve) => setTimeout(resolve, 300));
      strictEqual(again.stats().trimmedThrough, 5);
      const reader = journal.openReader();
      deepStrictEqual(
        readAll(reader, 5).map((entry) => entry.seq),
        Array.from({ length: 16 }, (_, i) => i + 6),
      );
      reader.close();
      await again.close();
    },
  },
  {
    rule: "a report beyond the head comes from another journal and frees nothing",
    async holds(journal) {
      const writer = await journal.openWriter({ maxBytes: 0 });
      await oneByOne(writer, numbered(5));
      writer.reportOffset("stranger", 1_000);
      await new Promise((resolve) => setTimeout(resolve, 300));
      strictEqual(writer.stats().trimmedThrough, 0);
      writer.reportOffset("stranger", 3);
      await until(() => writer.stats().trimmedThrough === 3, "trimmed through 3");
      await writer.close();
    },
  },
  {
    rule: "a reader that starts behind what was trimmed goes on with the oldest kept record",
    async holds(journal) {
      const writer = await journal.openWriter({ maxBytes: 0 });
      await oneByOne(writer, numbered(10));
      writer.reportOffset("ingest", 7);
      await until(() => writer.stats().trimmedThrough === 7, "trimmed through 7");
      const reader = journal.openReader();
      strictEqual(reader.read(2)[0]!.seq, 8);
      deepStrictEqual(reader.read(10), []);
      deepStrictEqual(reader.read(99), []);
      ok(reader.head() === 10);
      reader.close();
      await writer.close();
    },
  },
];

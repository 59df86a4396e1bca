import { createReadStream, createWriteStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Failure } from "@millwright/shared/failure";
import { type CsvHead, quote, readHead, readRow } from "./csv.ts";

/** Judges the rows of one file, in their order; holds what it has learned. */
export type Scorer = {
  /** Names of the columns it adds. */
  columns: readonly string[];
  /** Indices of the columns it wants as values. */
  chosen: readonly number[];
  /** What it adds to a row; a number that cannot be read is NaN. */
  score(at: number, values: readonly number[]): string[];
};

export type Scored = { rows: number; unreadable: number };

const READ_FROM = /^(ENOENT|EISDIR|EACCES|ENOTDIR)$/;

/**
 * Reads `from`, writes it to `to` with the scorer's columns added: every row kept, in its order, as it was written.
 * `to` appears when it is complete. Throws a Failure with one sentence where `from` is not such a file.
 */
export async function scoreFile(
  from: string,
  to: string,
  scorerFor: (head: CsvHead) => Scorer,
): Promise<Scored> {
  await mustBeFile(from);
  if (resolve(from) === resolve(to)) throw new Failure("invalid", "--out must be another file than --in.");
  const part = `${to}.part`;
  const told: Scored = { rows: 0, unreadable: 0 };
  try {
    await pipeline(Readable.from(scoredLines(from, scorerFor, told)), createWriteStream(part));
    await rename(part, to);
  } catch (error) {
    await rm(part, { force: true });
    throw error instanceof Failure
      ? error
      : new Failure("invalid", `${to} cannot be written.`, { cause: error });
  }
  return told;
}

async function mustBeFile(path: string): Promise<void> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (READ_FROM.test(error.code ?? "")) return null;
    throw error;
  });
  if (!found?.isFile()) throw new Failure("invalid", `${path} is not a file that can be read.`);
}

/** How much text is handed on at once. */
const CHUNK = 1 << 16;

async function* scoredLines(
  from: string,
  scorerFor: (head: CsvHead) => Scorer,
  told: Scored,
): AsyncGenerator<string> {
  const lines = createInterface({
    input: createReadStream(from, "utf8"),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  let head: CsvHead | null = null;
  let scorer: Scorer | null = null;
  let chunk = "";
  for await (const line of lines) {
    if (line.trim() === "") continue;
    if (line.includes("\0")) throw new Failure("invalid", `${from} is not a text file.`);
    if (!head || !scorer) {
      head = readHead(line, from);
      scorer = scorerFor(head);
      const { separator } = head;
      const names = head.text ?? head.columns.map((name) => quote(name, separator)).join(separator);
      chunk += `${[names, ...scorer.columns].join(separator)}\n`;
      if (head.text !== null) continue;
    }
    const row = readRow(line, head, scorer.chosen);
    told.rows += 1;
    if (!row.values.some(Number.isFinite)) told.unreadable += 1;
    chunk += row.text;
    for (const field of scorer.score(row.at, row.values))
      chunk += head.separator + quote(field, head.separator);
    chunk += "\n";
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = "";
  }
  if (told.rows === 0) throw new Failure("invalid", `${from} holds no row of data.`);
  if (told.rows === told.unreadable)
    throw new Failure("invalid", `${from}: no row has a number where its value should be.`);
  yield chunk;
}

import { statSync } from "node:fs";
import { dirname } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { Failure } from "../../failure.ts";
import { SampleAppender } from "./append.ts";
import { type Catalogue, openCatalogue } from "./catalogue.ts";
import { Copies } from "./copy-to.ts";
import { Extracts } from "./extracts.ts";
import { Readers } from "./readers.ts";

export type SessionOptions = { file: string; memoryLimit: string; tempDir: string };

/** All that is open of one file: it is opened and closed together, also when it has to be opened anew. */
export type Session = {
  readonly instance: DuckDBInstance;
  readonly writer: DuckDBConnection;
  readonly readers: Readers;
  readonly copies: Copies;
  readonly extracts: Extracts;
  readonly late: SampleAppender;
  /** Another one after each roll, as is the catalogue. */
  hot: SampleAppender;
  catalogue: Catalogue;
};

/** Throws unavailable when another process holds the file, or the disk has no room to open it. */
export async function openSession(
  { file, memoryLimit, tempDir }: SessionOptions,
  nowMs: number,
): Promise<Session> {
  let instance: DuckDBInstance | null = null;
  try {
    instance = await DuckDBInstance.create(file, {
      threads: "2",
      memory_limit: memoryLimit,
      temp_directory: tempDir,
    });
    const writer = await instance.connect();
    const catalogue = await openCatalogue(writer, nowMs);
    const hot = await SampleAppender.open(writer, catalogue.hot);
    const late = await SampleAppender.open(writer, "late", "temp");
    const copies = new Copies(instance);
    const extracts = new Extracts(instance);
    return {
      instance,
      writer,
      readers: await Readers.open(instance),
      copies,
      extracts,
      hot,
      late,
      catalogue,
    };
  } catch (cause) {
    instance?.closeSync();
    if (String(cause).includes("lock")) {
      throw new Failure("unavailable", `${file} is in use by another process`, { cause });
    }
    if (isDiskFull(cause)) throw diskFull(file, cause);
    throw new Failure("internal", `${file} could not be opened as a DuckDB database`, { cause });
  }
}

/** Ends what reads are running first: as long as one holds the old file, a second one must not be opened beside it. */
export async function closeSession(session: Session): Promise<void> {
  await session.readers.end();
  await session.copies.end();
  await session.extracts.end();
  for (const close of [() => session.hot.close(), () => session.late.close()]) {
    try {
      close();
    } catch {
      // An appender of a database that has given itself up cannot even be emptied; it ends with it.
    }
  }
  session.writer.closeSync();
  session.instance.closeSync();
}

/**
 * Whether the database has to be opened anew. After a failed checkpoint DuckDB answers every statement with "has been
 * invalidated"; after any other failed read or write of the file (a full disk, an I/O error) what it holds in memory
 * need not be what the disk holds, and a repeated fsync can report success for pages that the kernel has dropped.
 */
export const breaksSession = (error: unknown): boolean =>
  /FATAL Error|INTERNAL Error|IO Error|Failed to commit|has been invalidated/.test(String(error));

const isDiskFull = (error: unknown): boolean => /No space left on device|ENOSPC/.test(String(error));

const diskFull = (file: string, cause: unknown) =>
  new Failure("unavailable", `no space left on the disk of ${dirname(file)}`, { cause });

/** A sentence for the operator where DuckDB's own is none; else the error as it is. */
export const explained = (file: string, error: unknown): unknown =>
  isDiskFull(error) ? diskFull(file, error) : error;

/** On disk, the log included. */
export function bytesOf(file: string): number {
  const size = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  return size(file) + size(`${file}.wal`);
}

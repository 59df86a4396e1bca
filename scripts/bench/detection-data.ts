import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

/** Where the published recordings lie, beside the repository unless MILLWRIGHT_DATA says otherwise. */
const DATA = process.env.MILLWRIGHT_DATA ?? fileURLToPath(new URL("../../../shared/data", import.meta.url));
const BLOCK = 512;

/** Unpacked text of a .gz file; null where it is not there. */
export function readGzip(path: string): Buffer | null {
  const file = join(DATA, path);
  return existsSync(file) ? gunzipSync(readFileSync(file)) : null;
}

/** Text of every regular file of a .tar.gz by its path; null where the archive is not there. */
export function readArchive(path: string): Map<string, string> | null {
  const tar = readGzip(path);
  if (!tar) return null;
  const files = new Map<string, string>();
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0; ) {
    const field = (from: number, size: number) =>
      tar.toString("utf8", at + from, at + from + size).replace(/\0.*$/s, "");
    const size = Number.parseInt(field(124, 12), 8);
    const type = field(156, 1);
    if (type === "0" || type === "")
      files.set(field(0, 100), tar.toString("utf8", at + BLOCK, at + BLOCK + size));
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

/** Rows of a CSV without its header, split at the separator. */
export function rowsOf(text: string, separator: string): string[][] {
  const lines = text.trim().split(/\r?\n/).slice(1);
  return lines.map((line) => line.split(separator));
}

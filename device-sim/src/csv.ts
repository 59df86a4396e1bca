import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { Failure } from "@millwright/shared/failure";

export type Table = { header: readonly string[]; rows: readonly (readonly string[])[] };

/** Reads a CSV file, packed by gzip or not. Throws Failure "invalid" when it cannot be read or has no heading. */
export function readCsv(file: string, separator: string): Table {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw new Failure("invalid", `${file} cannot be read`, { cause, field: "file" });
  }
  const text = (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString("utf8");
  const lines = text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .filter((line) => line !== "");
  const heading = lines.shift();
  if (heading === undefined) throw new Failure("invalid", `${file} is empty`, { field: "file" });
  return { header: splitLine(heading, separator), rows: lines.map((line) => splitLine(line, separator)) };
}

/** Cells of a line; a quoted cell may hold the separator, and a doubled quote. */
export function splitLine(line: string, separator: string): string[] {
  if (!line.includes('"')) return line.split(separator);
  const cells: string[] = [];
  let cell = "";
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const char = line[i]!;
    if (quoted && char === '"' && line[i + 1] === '"') {
      cell += '"';
      i++;
    } else if (char === '"') quoted = !quoted;
    else if (!quoted && line.startsWith(separator, i)) {
      cells.push(cell);
      cell = "";
      i += separator.length - 1;
    } else cell += char;
  }
  cells.push(cell);
  return cells;
}

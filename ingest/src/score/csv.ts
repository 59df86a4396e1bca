import { Failure } from "@millwright/shared/failure";

/** One line as it was read, and what it says. NaN: no time, or no number, can be read there. */
export type CsvRow = { text: string; at: number; values: number[] };

export type CsvHead = {
  separator: ";" | ",";
  /** The header as it was read; null when the first line is data already. */
  text: string | null;
  /** Names of all columns, the time first. */
  columns: string[];
};

const BOM = "\uFEFF";

/** Understands the first line of a file; `name` is used in the sentence of a Failure. */
export function readHead(line: string, name: string): CsvHead {
  const text = line.startsWith(BOM) ? line.slice(BOM.length) : line;
  const separator = count(text, ";") > 0 && count(text, ";") >= count(text, ",") ? ";" : ",";
  const fields = splitLine(text, separator);
  if (fields.length < 2)
    throw new Failure("invalid", `${name}: the first line has one column; a time and a value are needed.`);
  const isData =
    Number.isFinite(readTime(fields[0]!)) && fields.slice(1).some((f) => Number.isFinite(readNumber(f)));
  const columns = isData
    ? fields.map((_, i) => (i === 0 ? "time" : `column ${i + 1}`))
    : fields.map((field, i) => field || (i === 0 ? "time" : `column ${i + 1}`));
  return { separator, text: isData ? null : text, columns };
}

/** `chosen`: indices of the columns wanted as values. */
export function readRow(text: string, { separator }: CsvHead, chosen: readonly number[]): CsvRow {
  const fields = splitLine(text, separator);
  return { text, at: readTime(fields[0] ?? ""), values: chosen.map((i) => readNumber(fields[i] ?? "")) };
}

/** Fields of one line, trimmed; a quoted field may hold the separator, and quotes doubled. */
export function splitLine(line: string, separator: string): string[] {
  if (!line.includes('"')) return line.split(separator).map((field) => field.trim());
  const fields: string[] = [];
  let field = "";
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const c = line[i]!;
    if (c === '"' && quoted && line[i + 1] === '"') {
      field += c;
      i += 1;
    } else if (c === '"') quoted = !quoted;
    else if (c === separator && !quoted) {
      fields.push(field.trim());
      field = "";
    } else field += c;
  }
  fields.push(field.trim());
  return fields;
}

/** A name for one more column, quoted where the separator or a quote stands in it. */
export function quote(text: string, separator: string): string {
  return text.includes(separator) || text.includes('"') ? `"${text.replaceAll('"', '""')}"` : text;
}

const ISO = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?$/;
/** From here on a bare number is milliseconds: as seconds it would lie beyond the year 5000. */
const LEAST_MS = 1e11;

/** Epoch ms of a time of ISO 8601 (without a zone it is taken for UTC), or epoch seconds or ms; NaN = none. */
export function readTime(text: string): number {
  if (text === "") return Number.NaN;
  if (ISO.test(text)) return Date.parse(text.length === 10 ? text : `${text.replace(" ", "T")}Z`);
  const number = Number(text);
  if (Number.isFinite(number)) return Math.abs(number) < LEAST_MS ? number * 1000 : number;
  return Date.parse(text);
}

function readNumber(text: string): number {
  return text === "" ? Number.NaN : Number(text);
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}

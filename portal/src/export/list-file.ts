import type { PageContext } from "../pages/view-of.ts";
import { type Cell, csvLine } from "./csv.ts";
import { attachment } from "./file-name.ts";

/** A spreadsheet takes the file for UTF-8. */
const MARK = "\ufeff";

/** Whether the address asks for the list as a file. */
export const wantsCsv = (c: PageContext): boolean => c.req.query("format") === "csv";

/** One page of a list; `next` absent after the last one. */
type Part<T> = { items: readonly T[]; next?: string | undefined };
export type Columns<T> = readonly (readonly [head: string, cell: (row: T) => Cell])[];

/** Every row of a list as CSV, page by page as the browser takes it; the first page is read before anything is answered. */
export async function listFile<T>(
  c: PageContext,
  name: string,
  columns: Columns<T>,
  list: (cursor: string | undefined) => Part<T> | Promise<Part<T>>,
): Promise<Response> {
  const lines = ({ items }: Part<T>) =>
    items.map((row) => csvLine(columns.map(([, cell]) => cell(row)))).join("");
  let part: Part<T> | null = await list(undefined);
  let text = MARK + csvLine(columns.map(([head]) => head)) + lines(part);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      controller.enqueue(encoder.encode(text));
      part = part?.next === undefined ? null : await list(part.next);
      if (part === null) return controller.close();
      text = lines(part);
    },
  });
  const day = new Date().toISOString().slice(0, 10);
  return c.body(body, 200, {
    "content-type": "text/csv; charset=utf-8",
    "content-disposition": attachment(`${name}_${day}.csv`),
    "cache-control": "no-store",
  });
}

export const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

import { Failure } from "@millwright/shared/failure";
import { type Column, type SQL, sql } from "drizzle-orm";
import type { Page, PageQuery } from "./rows.ts";

const MAX_LIMIT = 200;
const DEFAULT_LIMIT = 50;

type Key = readonly [string | number, string | number];

export function limitOf(query: PageQuery): number {
  return Math.min(MAX_LIMIT, Math.max(1, Math.trunc(query.limit ?? DEFAULT_LIMIT)));
}

const isPart = (part: unknown): part is string | number =>
  typeof part === "string" || typeof part === "number";

/** Opaque to the client: the sort key of the last row it has. */
function encodeCursor(key: Key): string {
  return Buffer.from(JSON.stringify(key)).toString("base64url");
}

/** Throws Failure "invalid" naming `cursor` on anything this module did not write. */
function decodeCursor(cursor: string): Key {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (Array.isArray(key) && key.length === 2 && isPart(key[0]) && isPart(key[1])) return [key[0], key[1]];
  } catch {
    // Same answer as for a key of another shape.
  }
  throw new Failure("invalid", "is not a cursor of this list", { field: "cursor" });
}

/** Rows after the cursor in the order (first, second), both in one direction; the pair must be unique. */
export function after(
  first: Column,
  second: Column,
  direction: "asc" | "desc",
  query: PageQuery,
): SQL | undefined {
  if (query.cursor === undefined) return undefined;
  const [a, b] = decodeCursor(query.cursor);
  return direction === "asc"
    ? sql`(${first}, ${second}) > (${a}, ${b})`
    : sql`(${first}, ${second}) < (${a}, ${b})`;
}

/** `rows` were asked with limitOf(query) + 1, so that the last page is known without counting. */
export function pageOf<Row, Item>(
  rows: Row[],
  query: PageQuery,
  key: (row: Row) => Key,
  toItems: (rows: Row[]) => Item[],
): Page<Item> {
  const limit = limitOf(query);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: toItems(shown),
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(key(last)) : null,
  };
}

/** `like` pattern that finds the words anywhere; % and _ are taken literally (escape character \). */
export function containing(column: Column, words: string): SQL {
  return sql`${column} like ${`%${words.replace(/[\\%_]/g, "\\$&")}%`} escape '\\'`;
}

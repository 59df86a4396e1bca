import type { DuckDBConnection } from "@duckdb/node-api";
import type { SeriesBook } from "../series-book.ts";

/** Writes down the names of these ids. Inside the caller's transaction. */
export async function saveSeries(
  connection: DuckDBConnection,
  book: SeriesBook,
  ids: readonly number[],
): Promise<void> {
  const appender = await connection.createAppender("series", "main");
  try {
    for (const id of ids) {
      const { device, tag } = book.name(id)!;
      appender.appendInteger(id);
      appender.appendVarchar(device);
      appender.appendVarchar(tag);
      appender.endRow();
    }
    appender.flushSync();
  } finally {
    appender.clear();
    appender.closeSync();
  }
}

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type Database from "better-sqlite3";
import { Failure } from "../failure.ts";

export const MIGRATIONS = fileURLToPath(new URL("../../migrations", import.meta.url));

/** How far a portal database is migrated. `newestAt` is the newest migration's own time, epoch ms, 0 before the first. */
export type SchemaLevel = { migrations: number; newestAt: number };

/** What this version of the software can read, with the name of its newest migration. */
export function knownLevel(): SchemaLevel & { newest: string } {
  const journal = JSON.parse(readFileSync(`${MIGRATIONS}/meta/_journal.json`, "utf8")) as {
    entries: { when: number; tag: string }[];
  };
  const newest = journal.entries.at(-1)!;
  return { migrations: journal.entries.length, newestAt: newest.when, newest: newest.tag };
}

export function levelOf(client: Database.Database): SchemaLevel {
  const kept = client.prepare("SELECT 1 FROM sqlite_schema WHERE name = '__drizzle_migrations'").get();
  if (kept === undefined) return { migrations: 0, newestAt: 0 };
  return client
    .prepare(
      "SELECT count(*) AS migrations, coalesce(max(created_at), 0) AS newestAt FROM __drizzle_migrations",
    )
    .get() as SchemaLevel;
}

/** Throws conflict, naming both versions, when the level is of a newer version: an older one would write into what it does not know. */
export function demandKnownLevel(what: string, level: SchemaLevel): void {
  const known = knownLevel();
  if (level.newestAt <= known.newestAt) return;
  throw new Failure(
    "conflict",
    `${what} has schema ${level.migrations} of a newer version; this one knows schemas up to ${known.migrations} (${known.newest}). Start the version that made it, or restore a backup from before the update.`,
  );
}

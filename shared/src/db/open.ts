import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { type BetterSQLite3Database, drizzle } from "drizzle-orm/better-sqlite3";
import { migrate } from "drizzle-orm/better-sqlite3/migrator";
import * as schema from "./schema.ts";

export type PortalDb = BetterSQLite3Database<typeof schema> & { $client: Database.Database };

export const PORTAL_DB = "portal.db";
const MIGRATIONS = fileURLToPath(new URL("../../migrations", import.meta.url));

/** The portal's database, migrated. Only the portal (and its command-line tools) opens it for writing. */
export function openPortalDb(file: string): PortalDb {
  const client = new Database(file);
  client.pragma("journal_mode = WAL");
  client.pragma("synchronous = FULL");
  client.pragma("foreign_keys = ON");
  client.pragma("busy_timeout = 5000");
  const db = drizzle(client, { schema });
  migrate(db, { migrationsFolder: MIGRATIONS });
  return db;
}

/** For broker (credentials) and ingest (catalogue). Throws while the file does not exist yet. */
export function openPortalDbReadOnly(file: string): Database.Database {
  const client = new Database(file, { readonly: true, fileMustExist: true });
  client.pragma("busy_timeout = 5000");
  return client;
}

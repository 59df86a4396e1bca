import Database from "better-sqlite3";
import { type BetterSQLite3Database, drizzle } from "drizzle-orm/better-sqlite3";
import { migrate } from "drizzle-orm/better-sqlite3/migrator";
import { demandKnownLevel, levelOf, MIGRATIONS } from "./level.ts";
import * as schema from "./schema.ts";
import { openSound } from "./sound.ts";

export type PortalDb = BetterSQLite3Database<typeof schema> & { $client: Database.Database };

export const PORTAL_DB = "portal.db";

/**
 * The portal's database, migrated: all that is missing in one transaction, so that whenever it ends it is of one version.
 * Throws conflict when a newer version has migrated it. Only the portal (and its command-line tools) opens it for writing.
 * `migrations`: another folder of them, for a database as an earlier version left it.
 */
export function openPortalDb(file: string, migrations = MIGRATIONS): PortalDb {
  const client = openSound(file, () => new Database(file));
  try {
    demandKnownLevel(file, levelOf(client));
  } catch (error) {
    client.close();
    throw error;
  }
  client.pragma("journal_mode = WAL");
  client.pragma("synchronous = FULL");
  client.pragma("foreign_keys = ON");
  client.pragma("busy_timeout = 5000");
  const db = drizzle(client, { schema });
  migrate(db, { migrationsFolder: migrations });
  return db;
}

/** For broker (credentials) and ingest (catalogue). Throws while the file does not exist yet. */
export function openPortalDbReadOnly(file: string): Database.Database {
  const client = new Database(file, { readonly: true, fileMustExist: true });
  client.pragma("busy_timeout = 5000");
  return client;
}

import type { PortalDb } from "@millwright/shared/db/open";
import type { TelemetryReader } from "@millwright/shared/telemetry/read-api";
import { sql } from "drizzle-orm";

type Check = { ready: boolean; reason: string | null };
export type Readiness = {
  ready: boolean;
  journal: Check;
  store: Check;
  database: Check;
  /** uplink records journaled, and stored by ingest. */
  uplinkHead?: number;
  storedThrough?: number;
  findingsThrough: number;
};

const check = (reason: string | null): Check => ({ ready: reason === null, reason });

/** Whether a reading can go all the way from the broker's journal to a page. */
export async function readiness(options: {
  db: PortalDb;
  telemetry: TelemetryReader;
  findings: { trouble: () => string | null; offset: () => number };
}): Promise<Readiness> {
  const { db, telemetry, findings } = options;
  const database = check(databaseTrouble(db) ?? findings.trouble());
  const findingsThrough = findings.offset();
  try {
    const ingest = await telemetry.health();
    const journal = check(ingest.journal);
    const store = check(ingest.store);
    const ready = ingest.ready && journal.ready && store.ready && database.ready;
    const { uplinkHead, storedThrough } = ingest;
    return { ready, journal, store, database, uplinkHead, storedThrough, findingsThrough };
  } catch (error) {
    const reason = error instanceof Error ? error.message : "ingest does not answer";
    return { ready: false, journal: check(reason), store: check(reason), database, findingsThrough };
  }
}

function databaseTrouble(db: PortalDb): string | null {
  try {
    db.get(sql`select 1`);
    return null;
  } catch {
    return "the portal's database does not answer";
  }
}

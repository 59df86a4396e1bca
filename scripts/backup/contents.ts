import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * Readers before what they read. Copied in this order no reader's offset lies beyond the copy of its journal, no
 * finding is there without the message it came from, and what a reader has not got yet is still in its journal.
 */
export const TELEMETRY = "telemetry.duckdb";
const ORDER = [
  "broker.db",
  "sessions.db",
  "portal.db",
  "ingest.db",
  "influx-state.db",
  TELEMETRY,
  "downlink.db",
  "findings.db",
  "uplink.db",
] as const;

/** The demo's own notes, see scripts/demo.ts. */
const NOTES = ["demo.json"];

/** Found again by each program at its start, or belonging to an open file: nothing to keep. */
const PASSING = /^(run|tmp|lost\+found|\..*|.*-(wal|shm|journal|lock)|.*\.wal)$/;

export type Contents = { databases: string[]; notes: string[]; unknown: string[] };

/** What there is to back up in a data folder, databases in the order to copy them. One not named above comes first. */
export function contentsOf(dataDir: string): Contents {
  const names = readdirSync(dataDir);
  const known = ORDER.filter((name) => existsSync(join(dataDir, name)));
  const rest = names.filter((name) => !known.some((k) => k === name) && !PASSING.test(name));
  const others = rest.filter((name) => name.endsWith(".db"));
  return {
    databases: [...others, ...known],
    notes: rest.filter((name) => NOTES.includes(name)),
    unknown: rest.filter((name) => !others.includes(name) && !NOTES.includes(name)),
  };
}

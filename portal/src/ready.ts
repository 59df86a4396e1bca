import { join } from "node:path";
import type { Clock } from "@millwright/shared/clock";
import { PORTAL_DB, type PortalDb } from "@millwright/shared/db/open";
import { quarantined } from "@millwright/shared/journal/quarantined";
import { findDoor, loopbackSecret } from "@millwright/shared/run-dir";
import type { IngestStatus, TelemetryReader } from "@millwright/shared/telemetry/read-api";
import { sql } from "drizzle-orm";
import { diskTrouble } from "./disk-full.ts";

type Check = {
  ready: boolean;
  reason: string | null;
  /** Since when it is not ready, as far as the portal knows, epoch ms. */
  since?: number | null;
};
export type Readiness = {
  ready: boolean;
  journal: Check;
  store: Check;
  database: Check;
  /** uplink records journaled, and stored by ingest. */
  uplinkHead?: number;
  storedThrough?: number;
  /** Journaled and not yet stored. */
  waiting?: number;
  findingsThrough: number;
  /** Files that were found damaged and kept aside, until somebody removes them; the rest is served. */
  quarantine: string[];
};

/** What keeps readings from being stored at this moment: for the strip on every page. */
export type Outage = {
  part: "journal" | "store";
  since: number;
  /** Messages that are safe in the journal and wait for the store; null while nobody can say. */
  waiting: number | null;
};

type Options = {
  db: PortalDb;
  telemetry: Pick<TelemetryReader, "health">;
  findings: { trouble: () => string | null; offset: () => number };
  dataDir: string;
  clock: Clock;
};

const LOOK_EVERY_MS = 2_000;
/** Shorter than this is a restart, not an outage worth a word on every page. */
const WORTH_A_WORD_MS = 4_000;
const BROKER_LIMIT_MS = 2_000;

/** Watches whether a reading can go all the way from a device to a page, and since when not. */
export function watchReadiness(options: Options): {
  now(): Promise<Readiness>;
  outage(): Outage | null;
  stop(): void;
} {
  const { clock } = options;
  const sinceByPart = new Map<string, number>();
  let newest: Readiness | null = null;

  function check(part: string, reason: string | null, since?: number | null): Check {
    if (reason === null) {
      sinceByPart.delete(part);
      return { ready: true, reason };
    }
    const known = sinceByPart.get(part) ?? clock();
    sinceByPart.set(part, Math.min(known, since ?? known));
    return { ready: false, reason, since: sinceByPart.get(part)! };
  }

  async function now(): Promise<Readiness> {
    const { db, telemetry, findings, dataDir } = options;
    const [ingest, broker] = await Promise.all([statusOf(telemetry), brokerTrouble(dataDir)]);
    const database = check("database", databaseTrouble(db, join(dataDir, PORTAL_DB)) ?? findings.trouble());
    const rest = { findingsThrough: findings.offset(), quarantine: quarantined(dataDir) };
    if (typeof ingest === "string") {
      const journal = check("journal", broker ?? ingest);
      newest = { ready: false, journal, store: check("store", ingest), database, ...rest };
      return newest;
    }
    const journal = check("journal", broker ?? ingest.journal);
    const store = check("store", ingest.store, ingest.storeSince);
    const { uplinkHead, storedThrough } = ingest;
    const ready = ingest.ready && journal.ready && store.ready && database.ready;
    const waiting = Math.max(0, uplinkHead - storedThrough);
    newest = { ready, journal, store, database, uplinkHead, storedThrough, waiting, ...rest };
    return newest;
  }

  const looking = setInterval(() => void now(), LOOK_EVERY_MS);
  looking.unref();
  return {
    now,
    outage() {
      for (const part of ["store", "journal"] as const) {
        const since = newest?.[part].since;
        if (newest === null || since == null || clock() - since < WORTH_A_WORD_MS) continue;
        return { part, since, waiting: newest.waiting ?? null };
      }
      return null;
    },
    stop: () => clearInterval(looking),
  };
}

async function statusOf(telemetry: Pick<TelemetryReader, "health">): Promise<IngestStatus | string> {
  try {
    return await telemetry.health();
  } catch (error) {
    return error instanceof Error ? error.message : "ingest does not answer";
  }
}

/** null when the broker takes messages, else one sentence. */
async function brokerTrouble(dataDir: string): Promise<string | null> {
  const port = findDoor(dataDir, "broker");
  if (port === null) return "the broker has not started yet";
  try {
    const response = await fetch(`http://127.0.0.1:${port}/health`, {
      headers: { authorization: `Bearer ${loopbackSecret(dataDir)}` },
      signal: AbortSignal.timeout(BROKER_LIMIT_MS),
    });
    if (response.ok) return null;
    const { journal, credentials } = (await response.json()) as { journal?: string; credentials?: string };
    if (journal !== undefined && journal !== "ok") return `uplink journal ${journal}: devices are refused`;
    return `the broker cannot tell devices apart: credentials ${credentials ?? "missing"}`;
  } catch {
    return "the broker does not answer";
  }
}

function databaseTrouble(db: PortalDb, file: string): string | null {
  try {
    db.get(sql`select 1`);
    return diskTrouble(file);
  } catch {
    return "the portal's database does not answer";
  }
}

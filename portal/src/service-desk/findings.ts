import type { PortalDb } from "@millwright/shared/db/open";
import { readerOffsets } from "@millwright/shared/db/schema";
import { decodeFinding, type Finding } from "@millwright/shared/domain/finding";
import type { JournalEntry, JournalReader } from "@millwright/shared/journal/journal";
import type { Log } from "@millwright/shared/log";
import { eq } from "drizzle-orm";
import type { Writer } from "../access/audit.ts";
import { isDiskFull } from "../disk-full.ts";
import { type Applied, applyFinding } from "./apply-finding.ts";

const JOURNAL = "findings";
/** Findings in one commit: as many as leave the page server waiting for no more than a few milliseconds. */
const AT_ONCE = 64;
/** The wake-up may be lost with its socket; this bounds the delay then. */
const LOOK_AGAIN_MS = 1_000;

export type FindingsFollower = {
  /** There is news. */
  wake(): void;
  /** seq up to which every finding is applied. */
  offset(): number;
  /** null when fine, else one sentence. */
  trouble(): string | null;
  counts(): Record<"applied" | "repeated" | "unknown" | "refused", number>;
  /** After the batch at hand. */
  stop(): Promise<void>;
};

type FollowerOptions = {
  db: PortalDb;
  /** Closed by stop(). Empty while ingest has not made the journal yet. */
  reader: JournalReader;
  log: Log;
  onApplied: (applied: Extract<Applied, { outcome: "applied" }>) => void;
  /** The offset is durable: the journal may trim behind it. */
  report: (seq: number) => void;
};

/** Applies the findings journal, in order, each finding and the offset behind it in one commit. */
export function followFindings({ db, reader, log, onApplied, report }: FollowerOptions): FindingsFollower {
  const counted = { applied: 0, repeated: 0, unknown: 0, refused: 0 };
  let offset = readOffset(db);
  let trouble: string | null = null;
  let stopping = false;
  let nudge: (() => void) | null = null;
  let woken = false;

  const drain = async () => {
    while (!stopping) {
      const entries = reader.read(offset).slice(0, AT_ONCE);
      if (entries.length === 0) return;
      const applied = applyEntries(db, entries, log);
      offset = entries.at(-1)!.seq;
      for (const result of applied) {
        counted[result.outcome]++;
        if (result.outcome === "applied") onApplied(result);
      }
      report(offset);
      await new Promise(setImmediate);
    }
  };

  const run = async () => {
    while (!stopping) {
      woken = false;
      try {
        await drain();
        if (trouble !== null) log.info({ offset }, "findings are applied again");
        trouble = null;
      } catch (error) {
        // Once, not with every try: the log may lie on the disk that is full.
        if (trouble === null) log.error({ err: error, offset }, "applying findings failed; trying again");
        trouble = isDiskFull(error)
          ? "findings wait: the disk of the portal's database is full"
          : "findings cannot be read or applied";
      }
      if (woken || stopping) continue;
      await new Promise<void>((resume) => {
        const timer = setTimeout(resume, LOOK_AGAIN_MS);
        nudge = () => {
          clearTimeout(timer);
          resume();
        };
      });
      nudge = null;
    }
    reader.close();
  };

  const done = run();
  const wake = () => {
    woken = true;
    nudge?.();
  };
  return {
    wake,
    offset: () => offset,
    trouble: () => trouble,
    counts: () => ({ ...counted }),
    stop: () => {
      stopping = true;
      wake();
      return done;
    },
  };
}

function readOffset(db: PortalDb): number {
  return db.select().from(readerOffsets).where(eq(readerOffsets.journal, JOURNAL)).get()?.seq ?? 0;
}

type Result = Applied | { outcome: "refused" };

/** All entries and the new offset in one commit; a finding that cannot be applied is left out, the others are not. */
export function applyEntries(db: PortalDb, entries: readonly JournalEntry[], log: Log): Result[] {
  return db.transaction(
    (tx) => {
      const results = entries.map((entry) => tryApply(tx, entry, log));
      const seq = entries.at(-1)?.seq;
      if (seq !== undefined) {
        tx.insert(readerOffsets)
          .values({ journal: JOURNAL, seq })
          .onConflictDoUpdate({ target: readerOffsets.journal, set: { seq } })
          .run();
      }
      return results;
    },
    { behavior: "immediate" },
  );
}

type Transaction = Writer & Pick<PortalDb, "transaction">;

function tryApply(tx: Transaction, { seq, bytes, gap }: JournalEntry, log: Log): Result {
  if (gap) {
    log.error({ ...gap, through: seq }, "findings are damaged; what is left of them is kept aside");
    return { outcome: "refused" };
  }
  try {
    const finding = readFinding(bytes);
    const result = tx.transaction((inner) => applyFinding(inner, finding));
    if (result.outcome === "unknown") {
      log.warn({ seq, assetId: finding.assetId }, "finding without asset, owner or alarm left out");
    }
    return result;
  } catch (error) {
    if (!isAboutTheFinding(error)) throw error;
    log.error({ err: error, seq }, "finding refused");
    return { outcome: "refused" };
  }
}

function readFinding(bytes: Uint8Array): Finding {
  const finding: unknown = decodeFinding(bytes);
  if (typeof finding === "object" && finding !== null && "alarmId" in finding) return finding as Finding;
  throw new SyntaxError("not a finding");
}

/**
 * A record that is torn or breaks a rule of the schema stays wrong and is left out. Anything else (a full disk, a busy
 * file, a fault of ours) stops the reading until it is right: no finding may be lost to it.
 */
function isAboutTheFinding(error: unknown): boolean {
  if (error instanceof SyntaxError) return true;
  const cause = error instanceof Error && error.cause ? error.cause : error;
  return cause instanceof Error && "code" in cause && String(cause.code).startsWith("SQLITE_CONSTRAINT");
}

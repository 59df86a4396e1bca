import type { PortalDb } from "@millwright/shared/db/open";
import { auditEntries } from "@millwright/shared/db/schema";
import type { Viewer } from "./viewer.ts";

type Entry = {
  at: number;
  /** What was done, in the past tense: "ticket.moved". */
  action: string;
  /** Id of what it was done to. */
  subject: string;
  customerId?: string | null;
  detail?: Record<string, unknown>;
};

/** The database or a transaction on it: an entry commits with what it tells of. */
export type Writer = Pick<PortalDb, "insert" | "update" | "select" | "delete">;

/**
 * One commit. The write lock is taken at once: a transaction that reads first and writes then may find, in WAL mode,
 * that another process (the api-key command) wrote in between, and no waiting helps against that.
 */
export function commit<T>(db: PortalDb, change: (tx: Writer) => T): T {
  return db.transaction(change, { behavior: "immediate" });
}

export function auditEntry(db: Writer, viewer: Viewer, entry: Entry): void {
  db.insert(auditEntries)
    .values({ ...entry, actorId: viewer.id, actorName: viewer.name })
    .run();
}

/** Something that happened without a person signed in. */
export function systemEntry(db: Writer, entry: Entry): void {
  db.insert(auditEntries)
    .values({ ...entry, actorName: "Millwright" })
    .run();
}

import type { PortalDb } from "@millwright/shared/db/open";
import { apiKeys } from "@millwright/shared/db/schema";
import type { Role } from "@millwright/shared/db/schema/people";
import { and, eq, isNull } from "drizzle-orm";
import { newApiKey, newId, sha256Hex } from "../secrets.ts";
import { auditEntry, systemEntry } from "./audit.ts";
import type { Viewer } from "./viewer.ts";

/** How often the use of a key is written down. */
const TOUCH_MS = 60_000;

/** Whoever holds the key, or null for one that is unknown or revoked. Only its hash is looked up. */
export function viewerOfKey(db: PortalDb, key: string, nowMs: number): Viewer | null {
  const row = db
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.hash, sha256Hex(key)), isNull(apiKeys.revokedAt)))
    .get();
  if (!row) return null;
  if (row.lastUsedAt === null || nowMs - row.lastUsedAt > TOUCH_MS) {
    db.update(apiKeys).set({ lastUsedAt: nowMs }).where(eq(apiKeys.id, row.id)).run();
  }
  return { id: row.id, name: row.name, role: row.role, customerId: row.customerId, kind: "key" };
}

/** The key itself is returned and kept nowhere. */
export function createKey(
  db: PortalDb,
  { role, customerId, name }: { role: Role; customerId: string | null; name: string },
  nowMs: number,
  /** Absent: made from the command line. */
  by?: Viewer,
): string {
  const key = newApiKey();
  const id = newId("key");
  db.transaction((tx) => {
    tx.insert(apiKeys)
      .values({ id, name, hash: sha256Hex(key), role, customerId, createdAt: nowMs })
      .run();
    const entry = { at: nowMs, action: "key.created", subject: id, customerId, detail: { role, name } };
    if (by) auditEntry(tx, by, entry);
    else systemEntry(tx, entry);
  });
  return key;
}

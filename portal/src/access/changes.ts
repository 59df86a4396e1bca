import type { PortalDb } from "@millwright/shared/db/open";

/** What changed on the service desk: open pages that show it load it again. */
export type Change = { what: "alarms" | "tickets"; assetId: string | null; customerId: string };

/**
 * Listeners of one open database. Kept beside the database rather than handed through every write, so that no write
 * can forget it: page, API and findings all tell.
 */
const listenersByDb = new WeakMap<PortalDb, Set<(change: Change) => void>>();

/** Calls until the returned function is called. */
export function onChange(db: PortalDb, listener: (change: Change) => void): () => void {
  const listeners = listenersByDb.get(db) ?? new Set();
  listenersByDb.set(db, listeners.add(listener));
  return () => void listeners.delete(listener);
}

/** Call after the commit. */
export function tellChange(db: PortalDb, change: Change): void {
  for (const listener of listenersByDb.get(db) ?? []) listener(change);
}

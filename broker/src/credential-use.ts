import type { Clock } from "@millwright/shared/clock";
import type { CredentialUse } from "@millwright/shared/wire/credential-use";
import type { BrokerState } from "./state.ts";

/** A reconnect storm writes its times in groups; a crash forgets no more than this. */
const WRITE_EVERY_MS = 5_000;

/**
 * When which credential was last used, so that people see whether a device has moved on to its new one. The first use
 * is written down at once: a lost answer may be given again only for a credential that nobody has used.
 */
export function createCredentialUse(state: BrokerState, clock: Clock) {
  const openById = new Map<string, number>();
  const unwritten = new Map<string, number>();

  function note(id: string) {
    const at = clock();
    unwritten.set(id, at);
    if (state.lastUse(id) === undefined) write();
  }
  /** On a full disk the times wait in memory: no device is turned away for them. */
  function write() {
    if (unwritten.size === 0) return;
    try {
      state.setLastUses([...unwritten]);
      unwritten.clear();
    } catch {
      // Tried again with the next beat; /readyz says that the disk is full.
    }
  }
  const writing = setInterval(write, WRITE_EVERY_MS);

  return {
    entered(id: string): void {
      openById.set(id, (openById.get(id) ?? 0) + 1);
      note(id);
    },
    left(id: string): void {
      const open = (openById.get(id) ?? 0) - 1;
      if (open > 0) openById.set(id, open);
      else openById.delete(id);
      unwritten.set(id, clock());
    },
    of(ids: readonly string[]): Record<string, CredentialUse> {
      const found: Record<string, CredentialUse> = {};
      for (const id of ids) {
        const connections = openById.get(id) ?? 0;
        const lastUsedAt = connections > 0 ? clock() : (unwritten.get(id) ?? state.lastUse(id));
        if (lastUsedAt !== undefined) found[id] = { lastUsedAt, connections };
      }
      return found;
    },
    close(): void {
      clearInterval(writing);
      write();
    },
  };
}

export type CredentialUses = ReturnType<typeof createCredentialUse>;

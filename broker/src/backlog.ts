import type { Duplex } from "node:stream";

/**
 * Bounds what all connections together have waiting for the journal. Each one is bounded by itself (aedes reads on
 * when its last chunk is answered), but thousands times that is more memory than there is. While the journal is that
 * far behind, nothing more is read: TCP makes the devices wait.
 */
export function createBacklog(maxBytes: number, reached: () => void = () => undefined) {
  const waiting = new Set<Duplex>();
  let bytes = 0;
  let full = false;
  return {
    add(more: number) {
      bytes += more;
      if (full || bytes <= maxBytes) return;
      full = true;
      reached();
    },
    remove(less: number) {
      bytes -= less;
      // Only at half: otherwise it would switch with each message.
      if (!full || bytes > maxBytes / 2) return;
      full = false;
      const woken = [...waiting];
      waiting.clear();
      for (const conn of woken) if (!conn.destroyed) conn.emit("readable");
    },
    /** Whether this connection has to wait; if so it is woken when there is room. */
    holds(conn: Duplex): boolean {
      if (full) waiting.add(conn);
      return full;
    },
    bytes: () => bytes,
  };
}

export type Backlog = ReturnType<typeof createBacklog>;

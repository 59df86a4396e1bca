/** Packet types by which a client answers a delivery. */
export const PUBACK = 4;
export const PUBREC = 5;
export const PUBCOMP = 7;

/** Beyond, the oldest is forgotten: a subscriber that never answers must not cost memory without end. */
const MOST_KEPT = 16_384;

/**
 * What was sent to one connection and is not answered yet: gives packet ids that are free (MQTT-2.3.1-2) and knows
 * which answer each one is due, since a wrong one means that the two sides no longer agree (MQTT-4.3.2-1, -4.3.3-1).
 */
export class Unanswered {
  private readonly due = new Map<number, number>();
  private last = 0;

  /** The id `take` would give. `held` says which ids its stored session has in use besides. */
  next(held: (id: number) => boolean): number {
    let id = (this.last % 65_535) + 1;
    while (this.due.has(id) || held(id)) id = (id % 65_535) + 1;
    return id;
  }

  take(held: (id: number) => boolean): number {
    this.last = this.next(held);
    return this.last;
  }

  /** A PUBLISH of this QoS, or a PUBREL, goes out under this id. */
  sent(id: number, what: 1 | 2 | "pubrel"): void {
    this.due.set(id, what === 1 ? PUBACK : what === 2 ? PUBREC : PUBCOMP);
    if (this.due.size <= MOST_KEPT) return;
    for (const oldest of this.due.keys()) {
      this.due.delete(oldest);
      return;
    }
  }

  /**
   * Whether this answer may come now. An id that nothing was sent under is no fault: after a reconnect the client may
   * answer what the connection before had delivered.
   */
  accept(type: number, id: number): boolean {
    const due = this.due.get(id);
    if (due === undefined) return true;
    if (type === PUBREC && due !== PUBACK) {
      this.due.set(id, PUBCOMP);
      return true;
    }
    if (type !== due) return false;
    this.due.delete(id);
    return true;
  }
}

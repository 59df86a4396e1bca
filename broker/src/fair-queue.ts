/** Who goes first, 0 before 1 before 2. */
export type Rank = 0 | 1 | 2;

export type Waiting = { rank: Rank; ip: string; gone: boolean };

/** So often the last rank goes first, so that those before it cannot shut it out. */
const LAST_EACH = 4;

/**
 * Whose turn it is. By rank; within a rank one of each address in turn, so that nobody waits for the crowd behind
 * another address; of one address the newest first: the others have waited so long already, and who has waited longest
 * is the likeliest to have given up. Leaving is a mark (`gone`), swept out now and then.
 */
export function createFairQueue<T extends Waiting>() {
  const ranks = [0, 1, 2].map(() => new Map<string, T[]>());
  let picks = 0;

  function takeFrom(byIp: Map<string, T[]>): T | null {
    for (const [ip, stack] of byIp) {
      byIp.delete(ip);
      for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
        if (item.gone) continue;
        // Set again: behind all other addresses.
        if (stack.length > 0) byIp.set(ip, stack);
        return item;
      }
    }
    return null;
  }

  return {
    push(item: T): void {
      const byIp = ranks[item.rank]!;
      const stack = byIp.get(item.ip);
      if (stack) stack.push(item);
      else byIp.set(item.ip, [item]);
    },
    pop(): T | null {
      picks += 1;
      const order = picks % LAST_EACH === 0 ? [...ranks].reverse() : ranks;
      for (const byIp of order) {
        const item = takeFrom(byIp);
        if (item !== null) return item;
      }
      return null;
    },
    /** Forgets who is gone. */
    sweep(): void {
      for (const byIp of ranks) {
        for (const [ip, stack] of byIp) {
          const there = stack.filter((item) => !item.gone);
          if (there.length > 0) byIp.set(ip, there);
          else byIp.delete(ip);
        }
      }
    },
  };
}

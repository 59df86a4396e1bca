type Failures = { count: number; at: number };

const FIRST_DELAY_MS = 100;
/** Longer would only hold sockets; at this pace an address tries 17,000 of 2^128 secrets a day. */
const LONGEST_DELAY_MS = 5_000;
/** Without a further failure all is forgotten. */
const FORGOTTEN_AFTER_MS = 300_000;
/** The oldest go first: random user names must not fill the memory. */
const MOST_KEPT = 10_000;

/**
 * Slows guessing down: after `allowed` failures of an address, or of a user name, each further refusal comes later,
 * twice as late each time. Only refusals: who has the right secret is never kept out by someone who guesses, be it
 * from behind the same address.
 */
export function createSignInDelay(allowed: number) {
  const byKey = new Map<string, Failures>();

  function failed(key: string, nowMs: number): number {
    const before = byKey.get(key);
    const count = before && nowMs - before.at < FORGOTTEN_AFTER_MS ? before.count + 1 : 1;
    byKey.delete(key);
    byKey.set(key, { count, at: nowMs });
    if (byKey.size > MOST_KEPT) byKey.delete(byKey.keys().next().value ?? "");
    const over = count - allowed;
    return over <= 0 ? 0 : Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(over - 1, 10));
  }

  return {
    /** A sign-in was refused for its credential: after how long to say so, ms. */
    failed: (ip: string, username: string | undefined, nowMs: number): number =>
      Math.max(
        failed(`ip ${ip}`, nowMs),
        username === undefined ? 0 : failed(`user ${username.slice(0, 256)}`, nowMs),
      ),
    /** Its own failures before it found the right secret are forgiven, those of its address are not. */
    succeeded: (username: string | undefined): void => void byKey.delete(`user ${username?.slice(0, 256)}`),
  };
}

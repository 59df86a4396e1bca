/** Ten failed tries in a quarter of an hour, per address and per account. */
const TRIES = 10;
const WINDOW_MS = 15 * 60_000;
/** Beyond this many keys the oldest are forgotten: the table must not grow with made-up accounts. */
const MAX_KEYS = 50_000;

export type SignInLimiter = {
  /** False when one of the keys has used up its tries. Counts the try otherwise. */
  allow(keys: readonly string[], nowMs: number): boolean;
  /** A try that succeeded: the account's count starts again. */
  forget(key: string): void;
  /** The same for an address that others share: only this try is taken back, the failures of others stay. */
  takeBack(key: string, atMs: number): void;
  triesLeft(key: string, nowMs: number): number;
};

export function createSignInLimiter(): SignInLimiter {
  const triesByKey = new Map<string, number[]>();
  const recent = (key: string, nowMs: number) =>
    // Either way: a clock that was set back must not keep anyone out for days.
    (triesByKey.get(key) ?? []).filter((at) => Math.abs(nowMs - at) < WINDOW_MS);
  return {
    allow(keys, nowMs) {
      if (keys.some((key) => recent(key, nowMs).length >= TRIES)) return false;
      for (const key of keys) {
        const tries = [...recent(key, nowMs), nowMs];
        triesByKey.delete(key);
        triesByKey.set(key, tries);
      }
      while (triesByKey.size > MAX_KEYS) triesByKey.delete(triesByKey.keys().next().value!);
      return true;
    },
    forget: (key) => void triesByKey.delete(key),
    takeBack(key, atMs) {
      const tries = triesByKey.get(key);
      const at = tries?.lastIndexOf(atMs) ?? -1;
      if (at >= 0) tries?.splice(at, 1);
    },
    triesLeft: (key, nowMs) => Math.max(0, TRIES - recent(key, nowMs).length),
  };
}

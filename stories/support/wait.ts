import { setTimeout as delay } from "node:timers/promises";

/** Asks until there is an answer (anything but undefined, null or false). Throws naming what it waited for, and the last error. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  timeoutMs = 30_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== null && answer !== false) return answer;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await delay(50);
  }
  throw new Error(
    `waited ${timeoutMs / 1000} s for ${what}`,
    last === undefined ? undefined : { cause: last },
  );
}

import fc from "fast-check";
import type { Bug } from "./programs.ts";
import { type Outcome, simulate } from "./simulate.ts";
import { type Step, steps } from "./steps.ts";

export type Found = { seed: number; steps: readonly Step[]; outcome: Outcome };

export type Search = {
  seeds: number;
  messages: number;
  virtualMs: number;
  /** The first seed that breaks a promise; null when none does. */
  found: Found | null;
};

/** The steps of a seed. */
export const stepsOf = (seed: number): readonly Step[] => fc.sample(steps, { seed, numRuns: 1 })[0]!;

/** One seed after the other from `from` on, until one breaks a promise. */
export async function search(from: number, count: number, bug: Bug | null = null): Promise<Search> {
  const sum: Search = { seeds: 0, messages: 0, virtualMs: 0, found: null };
  for (let seed = from; seed < from + count; seed++) {
    const list = stepsOf(seed);
    const outcome = await simulate(seed, list, bug);
    sum.seeds++;
    sum.messages += outcome.messages;
    sum.virtualMs += outcome.virtualMs;
    if (outcome.breaches.length === 0) continue;
    sum.found = { seed, steps: list, outcome };
    break;
  }
  return sum;
}

/** The same breach with as few and as simple steps as fast-check finds within `tries` runs. */
export async function shrink({ seed }: Found, bug: Bug | null = null, tries = 150): Promise<Found | null> {
  let shortest: Found | null = null;
  let left = tries;
  const property = fc.asyncProperty(steps, async (list) => {
    if (left-- <= 0) return;
    const outcome = await simulate(seed, list, bug);
    if (outcome.breaches.length === 0) return;
    shortest = { seed, steps: list, outcome };
    throw new Error("found");
  });
  await fc.check(property, { seed, numRuns: 1 });
  return shortest;
}

/** For people: what broke, by which steps, and how to see it again. */
export function tell({ seed, steps: list, outcome }: Found): string[] {
  return [
    ...outcome.breaches.slice(0, 5).map(({ promise, sentence }) => `${promise}: ${sentence}`),
    `seed ${seed}, ${list.length} steps; again: pnpm prove P23 --seed ${seed}`,
    ...list.map((step) => `  ${JSON.stringify(step)}`),
  ];
}

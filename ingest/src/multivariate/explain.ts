import { show } from "../detect/detector.ts";
import type { MultivariateState } from "./multivariate.ts";

export type TagPart = {
  tag: string;
  /** Part of T², 0..1; parts below 0 (a tag that speaks against the alarm) are told as 0. */
  part: number;
  /** Smoothed value now, and where it was usual, in the tag's own unit. */
  now: number;
  usual: number;
};

const NAMED_TAGS = 3;
/** Less of T² than this says nothing. */
const NAMED_PART = 0.05;

/** Which tags make up the newest T², most first, in words and numbers. Null while nothing is learned. */
export function explainMultivariate(
  state: MultivariateState,
  tags: readonly string[],
): { words: string; parts: TagPart[] } | null {
  const { usual, average, centre, contributions } = state;
  if (!usual) return null;
  const total = contributions.reduce((sum, part) => sum + Math.max(0, part), 0);
  const parts = tags
    .map((tag, j): TagPart => {
      const inUnit = (deviations: number) => usual.mean[j]! + deviations * usual.deviation[j]!;
      const part = total > 0 ? Math.max(0, contributions[j]!) / total : 0;
      return { tag, part, now: inUnit(average[j]!), usual: inUnit(centre[j]!) };
    })
    .sort((a, b) => b.part - a.part);
  const words = parts
    .slice(0, NAMED_TAGS)
    .filter(({ part }) => part >= NAMED_PART)
    .map(
      ({ tag, part, now, usual }) =>
        `${tag} ${show4(now)} where ${show4(usual)} is usual (${Math.round(100 * part)} %)`,
    )
    .join(", ");
  return { words, parts };
}

const show4 = (value: number): string => show(Number(value.toPrecision(4)));

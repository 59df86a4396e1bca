import type { DetectorName } from "@millwright/shared/domain/finding";
import type { Tag } from "@millwright/shared/domain/model";
import type { Transition } from "../alarm/condition.ts";
import type { Step } from "./detector.ts";

/** Step of a condition that has one level only, about a tag. */
export function tagStep(
  tag: Tag,
  detector: DetectorName,
  kind: Transition,
  at: number,
  onset: number,
  value: number | null,
  limit: number | null,
  words: string,
  unit: string | null = tag.unit,
): Step {
  const summary = kind === "cleared" ? `${tag.name}: no longer ${words}` : `${tag.name}: ${words}`;
  return {
    kind,
    detector,
    alarmType: `${tag.key}:${detector}`,
    level: null,
    at,
    onset,
    value,
    limit,
    unit,
    summary,
  };
}

import type { Tag } from "@millwright/shared/domain/model";
import { tagStep } from "./binary.ts";
import type { Step } from "./detector.ts";

/** `tag:missing`: the device speaks, this tag does not. Judged over all tags of a device, in judge.ts. */
export function missingStep(tag: Tag, kind: "raised" | "cleared", at: number, since: number): Step {
  return tagStep(
    tag,
    "missing",
    kind,
    at,
    since,
    null,
    null,
    "missing while other values of the device arrive",
  );
}

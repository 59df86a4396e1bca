import type { Tag } from "@millwright/shared/domain/model";
import type { Detector } from "./detector.ts";
import { flatLineDetector } from "./flat-line.ts";
import { limitDetectors } from "./limit.ts";
import { rateDetector } from "./rate.ts";
import { residualDetector } from "./residual.ts";

/** The methods that judge good samples of one tag, as its catalogue entry asks for. A new method is added here. */
export function detectorsFor(tag: Tag): readonly Detector[] {
  const found: (Detector | null)[] = [
    ...limitDetectors(tag),
    rateDetector(tag),
    flatLineDetector(tag),
    residualDetector(tag),
  ];
  return found.filter((detector) => detector !== null);
}

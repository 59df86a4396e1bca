import type { DetectorName } from "@millwright/shared/domain/finding";
import type { Level } from "@millwright/shared/domain/model";
import type { Transition } from "../alarm/condition.ts";

/** A step in the life of one alarm condition, as a detector sees it; raise.ts makes a Finding of it. */
export type Step = {
  kind: Transition;
  detector: DetectorName;
  alarmType: string;
  level: Level | null;
  /** Event time of the step and of the condition's beginning, epoch ms. */
  at: number;
  onset: number;
  value: number | null;
  limit: number | null;
  unit: string | null;
  /** One sentence for people. */
  summary: string;
};

/**
 * One method of judging one tag. Pure but for `state`, which `step` changes in place (one object per series, no
 * allocation per sample) and which is plain JSON, so that it can be kept and taken up again at any sample.
 * Contract: detector.contract.ts.
 */
export type Detector<S extends object = object> = {
  readonly name: DetectorName;
  /** Alarm types it may announce. */
  readonly alarmTypes: readonly string[];
  start(): S;
  /**
   * The next sample, in rising time. `judged` false: the machine does not run (or nobody knows); alarms hold and
   * timers wait.
   */
  step(state: S, at: number, value: number, judged: boolean): Step | null;
  /** Ends what is announced, because the detector itself goes away (the catalogue changed). */
  end(state: S, at: number): Step | null;
};

/** Short number for sentences: 6 digits, no trailing zeros. */
export const show = (value: number): string => String(Number(value.toPrecision(6)));

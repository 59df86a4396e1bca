import fc from "fast-check";
import { expect } from "vitest";
import type { Detector, Step } from "./detector.ts";

/** A judged (or not judged) sample `dtMs` after the one before. */
export type Sample = { dtMs: number; value: number; judged: boolean };
export type DetectorRule = { rule: string; holds(detector: Detector): void };

/** Runs samples through the detector from its start. `keepAt` = state goes through JSON before that sample. */
export function runDetector(detector: Detector, samples: readonly Sample[], keepAt = -1): (Step | null)[] {
  let state = detector.start();
  let at = 1_700_000_000_000;
  return samples.map((sample, i) => {
    if (i === keepAt) state = JSON.parse(JSON.stringify(state)) as object;
    at += sample.dtMs;
    return detector.step(state, at, sample.value, sample.judged);
  });
}

/** Values that stay, wander and jump, so that alarms of every kind come and go. */
const samples = fc
  .array(
    fc.record({
      dtMs: fc.constantFrom(1_000, 10_000, 10_000, 60_000, 3_600_000),
      value: fc.oneof(fc.constantFrom(0, 20, 20, 20, 99, 100), fc.double({ min: 0, max: 100, noNaN: true })),
      judged: fc.constantFrom(true, true, true, true, false),
      times: fc.integer({ min: 1, max: 30 }),
    }),
    { maxLength: 20 },
  )
  .map((runs): Sample[] =>
    runs.flatMap(({ times, ...sample }) => Array.from({ length: times }, () => ({ ...sample }))),
  );

const steps = (all: readonly (Step | null)[]): Step[] => all.filter((step) => step !== null);

/** What every detector keeps to, whatever it looks for. */
export const detectorRules: readonly DetectorRule[] = [
  {
    rule: "the same samples give the same steps, also when its state was kept as JSON in between",
    holds(detector) {
      fc.assert(
        fc.property(samples, fc.nat(200), (list, keepAt) => {
          expect(runDetector(detector, list, keepAt)).toEqual(runDetector(detector, list));
        }),
      );
    },
  },
  {
    rule: "an alarm is raised, may be escalated and eased, is cleared, and only then raised again",
    holds(detector) {
      fc.assert(
        fc.property(samples, (list) => {
          let active: string | null = null;
          for (const { kind, onset } of steps(runDetector(detector, list))) {
            if (kind === "raised") expect(active).toBeNull();
            else expect(active).toBe(`since ${onset}`);
            active = kind === "cleared" ? null : `since ${onset}`;
          }
        }),
      );
    },
  },
  {
    rule: "a step is not older than its onset, nor than the step before it",
    holds(detector) {
      fc.assert(
        fc.property(samples, (list) => {
          let last = 0;
          for (const step of steps(runDetector(detector, list))) {
            expect(step.onset).toBeLessThanOrEqual(step.at);
            expect(step.at).toBeGreaterThanOrEqual(last);
            last = step.at;
          }
        }),
      );
    },
  },
  {
    rule: "it announces only the alarm types it names, under its own name",
    holds(detector) {
      fc.assert(
        fc.property(samples, (list) => {
          for (const step of steps(runDetector(detector, list))) {
            expect(detector.alarmTypes).toContain(step.alarmType);
            expect(step.detector).toBe(detector.name);
            expect(step.summary).not.toMatch(/undefined|NaN|null|Infinity/);
          }
        }),
      );
    },
  },
  {
    rule: "a sample that is not judged changes no alarm",
    holds(detector) {
      fc.assert(
        fc.property(samples, (list) => {
          const all = runDetector(detector, list);
          for (const [i, sample] of list.entries()) if (!sample.judged) expect(all[i]).toBeNull();
        }),
      );
    },
  },
  {
    rule: "when it goes away, an active alarm is cleared once",
    holds(detector) {
      fc.assert(
        fc.property(samples, (list) => {
          const state = detector.start();
          let at = 1_700_000_000_000;
          let active = false;
          for (const sample of list) {
            at += sample.dtMs;
            const step = detector.step(state, at, sample.value, sample.judged);
            if (step) active = step.kind !== "cleared";
          }
          expect(detector.end(state, at)?.kind).toBe(active ? "cleared" : undefined);
          expect(detector.end(state, at)).toBeNull();
        }),
      );
    },
  },
];

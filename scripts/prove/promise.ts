/** One run of the proofs. The same seed makes the same choices again. */
type Trial = {
  seed: number;
  random: () => number;
  /** The numbers of the promise itself instead of the short form. */
  long: boolean;
};

export type Verdict =
  | {
      attempts: number;
      lost: number;
      doubled: number;
      phantom: number;
      /** What else had to hold, each false one with its sentence. */
      failures: string[];
      /** What was measured, and what the control (the same with the safety off) showed. */
      note: string;
    }
  | { skipped: string };

export type Proof = {
  title: string;
  /** It judges times, so that nothing else may run beside it. */
  alone?: true;
  prove(trial: Trial): Promise<Verdict>;
};

export const holds = (verdict: Verdict): boolean =>
  "skipped" in verdict ||
  (verdict.attempts > 0 &&
    verdict.lost + verdict.doubled + verdict.phantom === 0 &&
    verdict.failures.length === 0);

/** Collects what did not hold, so that one proof reports all of it. */
export function checklist() {
  const failures: string[] = [];
  return {
    failures,
    expect(holds: boolean, sentence: string) {
      if (!holds) failures.push(sentence);
    },
  };
}

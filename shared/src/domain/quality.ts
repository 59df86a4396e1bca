/** The three words of OPC UA data quality. */
export type Quality = "good" | "uncertain" | "bad";

/**
 * Why a sample has its quality: one byte beside each stored sample.
 * 0 is good, 1..63 uncertain, 64.. bad. Numbers are stored: never renumber, only add.
 */
export const GRADES = {
  good: 0,
  /** Device clock more than 5 min ahead of the receive time; kept at the device's time. */
  "clock-ahead": 1,
  /** Device clock implausible (before 2000, or more than a day ahead): kept at the receive time instead. */
  "clock-implausible": 2,
  /** The tag is not in the model's catalogue: kept, without span or limits. */
  unlisted: 3,
  "below-span": 64,
  "above-span": 65,
  /** A single-sample jump beyond the tag's plausible rate. */
  spike: 66,
} as const;

export type GradeName = keyof typeof GRADES;

const NAME_BY_GRADE = new Map<number, GradeName>(
  (Object.keys(GRADES) as GradeName[]).map((name) => [GRADES[name], name]),
);

export function qualityOf(grade: number): Quality {
  if (grade === GRADES.good) return "good";
  return grade < 64 ? "uncertain" : "bad";
}

export function gradeName(grade: number): GradeName {
  return NAME_BY_GRADE.get(grade) ?? "good";
}

import { GRADES, qualityOf } from "@millwright/shared/domain/quality";
import { AHEAD_MS, gradeRate, gradeSpan } from "./grade.ts";
import type { Group } from "./judge.ts";
import { count, type Device, type Series, type Totals } from "./state.ts";

export type KeepOutcome = {
  sample(series: Series, at: number, value: number, grade: number): void;
  latest(series: Series): void;
};

/**
 * Grades one sample and hands it on to be stored; puts it into the group to be judged unless it is late
 * (not newer than what the detectors have seen).
 */
export function keep(
  device: Device,
  series: Series,
  at: number,
  value: number,
  timeGrade: number,
  receivedAt: number,
  group: Group,
  totals: Totals,
  out: KeepOutcome,
): void {
  const { kept, spec } = series;
  const { counters } = device.kept;
  counters.samples++;
  // A clock that was ahead and has been set right: what it said before must not make the truth late for hours.
  const wasAhead = kept.judgedAt > receivedAt + AHEAD_MS && at <= receivedAt + AHEAD_MS;
  const late = at <= kept.judgedAt && !wasAhead;
  let grade: number = spec ? gradeSpan(spec.tag, value) : GRADES.unlisted;
  if (spec && grade === GRADES.good && !late) grade = gradeRate(kept, spec.tag, at, value);
  if (qualityOf(grade) === "bad") counters.spikes++;
  else if (timeGrade !== GRADES.good) grade = timeGrade;

  // The same three cases as the store's WriteResult, counted here so that a replay counts alike.
  if (at > kept.newestAt) {
    count(totals, "samplesStored");
    kept.newestAt = at;
    kept.newestValue = value;
  } else if (at === kept.newestAt && value === kept.newestValue) {
    count(totals, "samplesRepeated");
    counters.repeated++;
  } else {
    count(totals, "samplesRewritten");
    counters.rewritten++;
    if (at === kept.newestAt) kept.newestValue = value;
  }
  out.sample(series, at, value, grade);

  if (at >= series.latestAt || wasAhead) {
    series.latestAt = at;
    series.latestValue = value;
    series.latestGrade = grade;
    out.latest(series);
  }
  if (late) return;
  if (!spec) {
    kept.judgedAt = at;
    return;
  }
  const i = group.length++;
  group.series[i] = series;
  group.values[i] = value;
  group.grades[i] = grade;
}

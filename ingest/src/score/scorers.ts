import { Failure } from "@millwright/shared/failure";
import { explainMultivariate } from "../multivariate/explain.ts";
import { startMultivariate, stepMultivariate } from "../multivariate/multivariate.ts";
import { explainNovelty } from "../novelty/explain.ts";
import { isNovel, startNovelty, stepNovelty } from "../novelty/novelty.ts";
import type { CsvHead } from "./csv.ts";
import type { Scorer } from "./score-file.ts";

/** Columns that hold somebody's verdict, not a measurement: a detector that read them would know the answer. */
const VERDICTS = new Set(["anomaly", "changepoint", "label", "alarm", "is_anomaly", "anomaly_score"]);

/** One tag by the novelty of its behaviour: `label` is 1 where an alarm starts. `column` defaults to "value", or the second. */
export function noveltyScorer({ columns }: CsvHead, options: { column?: string; why: boolean }): Scorer {
  const named = columns.indexOf(options.column ?? "value");
  if (options.column !== undefined && named < 1)
    throw new Failure("invalid", `There is no column named ${options.column} besides the time.`);
  const state = startNovelty();
  let newestAt = 0;
  return {
    columns: options.why ? ["anomaly_score", "label", "why"] : ["anomaly_score", "label"],
    chosen: [Math.max(1, named)],
    score(at, values) {
      const value = values[0]!;
      // A row without a readable time is taken to follow the one before.
      if (Number.isFinite(at)) newestAt = at;
      const score = stepNovelty(state, newestAt, value);
      const novel = isNovel(state, score);
      const fields = [written(score), novel ? "1" : "0"];
      if (options.why) fields.push(novel ? explainNovelty(state, newestAt, value).words : "");
      return fields;
    },
  };
}

/** All tags of one asset together: `alarm` is 1 in every row in which the alarm is on. */
export function multivariateScorer({ columns }: CsvHead, options: { fitRows: number; why: boolean }): Scorer {
  const chosen = columns.flatMap((name, i) => (i === 0 || VERDICTS.has(name.toLowerCase()) ? [] : [i]));
  if (chosen.length === 0) throw new Failure("invalid", "There is no measured column besides the time.");
  const tags = chosen.map((i) => columns[i]!);
  const state = startMultivariate(tags.length, options.fitRows);
  return {
    columns: options.why ? ["anomaly_score", "alarm", "why"] : ["anomaly_score", "alarm"],
    chosen,
    score(_at, values) {
      const wasOn = state.on;
      const score = stepMultivariate(state, values);
      const fields = [written(score), state.on ? "1" : "0"];
      if (options.why) fields.push(state.on && !wasOn ? (explainMultivariate(state, tags)?.words ?? "") : "");
      return fields;
    },
  };
}

const written = (score: number): string => String(Number(score.toPrecision(6)));

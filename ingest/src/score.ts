import { parseArgs } from "node:util";
import { Failure } from "@millwright/shared/failure";
import { scoreFile } from "./score/score-file.ts";
import { multivariateScorer, noveltyScorer } from "./score/scorers.ts";

const HELP = `Scores a recording with the detectors of the product, row by row, without look-ahead.

  pnpm -s score -- --in FILE.csv --out SCORES.csv
      one tag: adds anomaly_score, and label = 1 where an alarm starts
  pnpm -s score -- --multivariate --fit-rows 400 --in FILE.csv --out SCORES.csv
      all columns together, as tags of one asset, learned from the first rows: adds anomaly_score (above 1 an alarm
      starts) and alarm = 1 in every row in which it is on

  --column NAME   which column is the tag (default: value, or the second)
  --why           adds a column that says in words why an alarm starts

The first column is the time: ISO 8601 (UTC where no zone is given), or epoch seconds or milliseconds. Fields are
separated by , or ;. Rows keep their order and their text; what is no number is passed over and scores 0. Columns named
anomaly, changepoint, label or alarm are verdicts, not measurements: --multivariate does not look at them.
`;

const DEFAULT_FIT_ROWS = 400;
/** Two blocks: with fewer there is no drift to learn. */
const LEAST_FIT_ROWS = 40;

async function main(args: string[]): Promise<void> {
  const values = parse(args);
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  if (values.in === undefined || values.out === undefined)
    throw new Failure("invalid", "--in FILE.csv and --out SCORES.csv are needed (see --help).");
  const why = values.why === true;
  const { column } = values;
  const multivariate = values.multivariate === true;
  if (!multivariate && values["fit-rows"] !== undefined)
    throw new Failure("invalid", "--fit-rows goes with --multivariate.");
  const fitRows = Number(values["fit-rows"] ?? DEFAULT_FIT_ROWS);
  if (!Number.isInteger(fitRows) || fitRows < LEAST_FIT_ROWS)
    throw new Failure("invalid", `--fit-rows must be a whole number of at least ${LEAST_FIT_ROWS}.`);
  const { rows, unreadable } = await scoreFile(values.in, values.out, (head) =>
    multivariate
      ? multivariateScorer(head, { fitRows, why })
      : noveltyScorer(head, { why, ...(column !== undefined && { column }) }),
  );
  if (unreadable > 0)
    process.stderr.write(`${unreadable} of ${rows} rows have no number: their score is 0.\n`);
  if (multivariate && rows <= fitRows)
    process.stderr.write(`All ${rows} rows were learned from, none is left to judge: see --fit-rows.\n`);
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args: args.filter((arg) => arg !== "--"),
      options: {
        in: { type: "string" },
        out: { type: "string" },
        multivariate: { type: "boolean" },
        "fit-rows": { type: "string" },
        column: { type: "string" },
        why: { type: "boolean" },
        help: { type: "boolean" },
      },
    }).values;
  } catch (error) {
    throw new Failure("invalid", error instanceof Error ? error.message : String(error), { cause: error });
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  if (!(error instanceof Failure)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});

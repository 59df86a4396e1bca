/** The figures of samples, in the columns of FIGURE_COLUMNS after (series, t). */
export const FIGURES_OF_SAMPLES =
  "count(*) AS n, min(v) AS lo, max(v) AS hi, sum(v) AS total, arg_max(v, t) AS last, max(t) AS last_t";

/** The figures of smaller figures. */
export const FIGURES_OF_FIGURES =
  "sum(n)::BIGINT AS n, min(lo) AS lo, max(hi) AS hi, sum(total) AS total, arg_max(last, last_t) AS last, " +
  "max(last_t) AS last_t";

/** Start of the step that holds `t`. */
export const stepStart = (t: string, stepMs: number): string => `(${t} - ${t} % ${stepMs})`;

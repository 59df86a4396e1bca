import { z } from "zod";

/**
 * The product model's catalogue: what its tags are, when the machine runs, what is wrong when a limit is passed.
 * The one description that ingest judges by, the portal draws by and the API accepts.
 */

export const KEY = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$/;
const keySchema = z
  .string()
  .regex(KEY, "1 to 64 letters, digits, _ . : or -, starting with a letter or digit");

export const LEVELS = ["lowLow", "low", "high", "highHigh"] as const;
export type Level = (typeof LEVELS)[number];

export const prioritySchema = z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]);
/** 1 urgent · 2 high · 3 medium · 4 low. */
export type Priority = z.infer<typeof prioritySchema>;

const durationMs = z
  .number()
  .int()
  .min(0)
  .max(30 * 86_400_000);

const limitsSchema = z.strictObject({
  lowLow: z.number().optional(),
  low: z.number().optional(),
  high: z.number().optional(),
  highHigh: z.number().optional(),
  /** Distance back inside the limit before the condition may end, in the tag's unit. Default 1 % of span. */
  deadband: z.number().min(0).optional(),
  /** Time beyond the limit before the alarm is raised. Default 0. HH and LL use a third of it. */
  onDelayMs: durationMs.optional(),
  /** The same for low and lowLow only, where the low side is slower. */
  lowOnDelayMs: durationMs.optional(),
  /** Time back inside limit and deadband before the alarm clears. Default 3 × on-delay. */
  offDelayMs: durationMs.optional(),
});
export type Limits = z.infer<typeof limitsSchema>;

/**
 * EWMA residual test: the sample less its learned baseline, in learned standard deviations, smoothed.
 * The baseline is learned from the first `calibrationSamples` good samples and then frozen.
 */
const residualSchema = z.strictObject({
  weight: z.number().gt(0).max(1).optional(),
  /** Smoothed residual, in standard deviations, at which the condition starts. */
  sigmas: z.number().gt(0).optional(),
  calibrationSamples: z.number().int().min(20).max(100_000).optional(),
  /** Consecutive samples beyond the threshold before the alarm is raised. */
  holdSamples: z.number().int().min(1).max(10_000).optional(),
});
export type ResidualSettings = z.infer<typeof residualSchema>;

const tagSchema = z.strictObject({
  key: keySchema,
  name: z.string().min(1).max(120),
  /** UCUM code, e.g. Cel, bar, mm/s, {rev}/min, 1. */
  unit: z.string().min(1).max(24),
  /** Hardware range; a sample outside is bad. */
  span: z
    .strictObject({ low: z.number(), high: z.number() })
    .refine((s) => s.low < s.high, "low must be below high"),
  expectedIntervalMs: z
    .number()
    .int()
    .min(100)
    .max(7 * 86_400_000),
  /** Smallest step the sensor reports; precision on pages and unit of the flat-line test. */
  resolution: z.number().gt(0).optional(),
  limits: limitsSchema.optional(),
  /** Largest plausible change per second, in the tag's unit; a single sample beyond is graded a spike. */
  maxRatePerS: z.number().gt(0).optional(),
  /** Rate-of-change alarm, in the tag's unit per second, either direction. */
  rateAlarmPerS: z.number().gt(0).optional(),
  /** false: standing still is normal for this tag (codes, seal leakage, ambient). Default true. */
  flatLine: z.boolean().optional(),
  /** false: no residual test. Default: on with default settings for a tag without limits, off for one with. */
  residual: z.union([z.literal(false), residualSchema]).optional(),
  /** true: judged in every operating mode, not only while running. Default false. */
  judgeAlways: z.boolean().optional(),
  /** Samples come on change only; silence is not missing data. Default false. */
  onChange: z.boolean().optional(),
});
export type Tag = z.infer<typeof tagSchema>;

const failureModeSchema = z.strictObject({
  code: keySchema,
  /** Ticket title; may name {tag}, {value}, {unit}, {limit}, {asset}. */
  title: z.string().min(1).max(160),
  priority: prioritySchema,
  /** Alarm types that this failure shows, first one first, e.g. "acc_pde:high". An alarm of a type listed here joins the open ticket of the same failure mode. */
  symptoms: z.array(z.string().min(1).max(120)).min(1).max(40),
  /** ISO 14224 failure mode, e.g. VIB. */
  mode: z.string().max(8).optional(),
  /** ISO 14224 failure mechanism, e.g. "2.6 fatigue". */
  mechanism: z.string().max(80).optional(),
  cause: z.string().max(300).optional(),
  consequence: z.string().max(300).optional(),
  action: z.string().max(600).optional(),
});
export type FailureMode = z.infer<typeof failureModeSchema>;

const runningSchema = z.strictObject({
  /** All must hold on the newest samples for the machine to count as running. */
  all: z
    .array(z.strictObject({ tag: keySchema, above: z.number() }))
    .min(1)
    .max(8),
  /** Time after reaching running before process limits apply. */
  settleMs: durationMs,
});
export type RunningRule = z.infer<typeof runningSchema>;

export const modelSchema = z
  .strictObject({
    key: keySchema,
    name: z.string().min(1).max(160),
    tags: z.array(tagSchema).min(1).max(500),
    /** Without a rule the limits always apply. */
    running: runningSchema.optional(),
    failureModes: z.array(failureModeSchema).max(100).optional(),
  })
  .superRefine((model, context) => {
    const seen = new Set<string>();
    for (const [index, tag] of model.tags.entries()) {
      if (seen.has(tag.key)) {
        context.addIssue({
          code: "custom",
          path: ["tags", index, "key"],
          message: `tag ${tag.key} is listed twice`,
        });
      }
      seen.add(tag.key);
      const l = tag.limits;
      if (!l) continue;
      const ordered = [l.lowLow, l.low, l.high, l.highHigh].filter((x) => x !== undefined);
      if (ordered.some((x, i) => i > 0 && x <= ordered[i - 1]!)) {
        context.addIssue({
          code: "custom",
          path: ["tags", index, "limits"],
          message: "limits must rise: lowLow < low < high < highHigh",
        });
      }
    }
  });
export type ModelCatalog = z.infer<typeof modelSchema>;

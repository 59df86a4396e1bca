import { Failure } from "@millwright/shared/failure";
import { z } from "zod";

export type FieldError = { field: string; message: string };

/** What a person or a program sent is not right; each field at fault is named. */
export class InvalidInput extends Failure {
  readonly errors: readonly FieldError[];

  constructor(errors: readonly FieldError[]) {
    const first = errors[0]!;
    super("invalid", first.message, first.field === "" ? {} : { field: first.field });
    this.errors = errors;
  }
}

/** Throws InvalidInput naming every field at fault, "tags.0.span" for nested ones. */
export function parseInput<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new InvalidInput(fieldErrors(parsed.error));
}

export function fieldErrors(error: { issues: readonly z.core.$ZodIssue[] }): FieldError[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.map(String);
    // A key the schema does not know is itself the field at fault.
    const fields = issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...path, key]) : [path];
    return fields.map((field) => ({ field: field.join("."), message: issue.message }));
  });
}

export function invalid(field: string, message: string): InvalidInput {
  return new InvalidInput([{ field, message }]);
}

/** A name for people: trimmed, on one line. */
export const nameSchema = z
  .string()
  .trim()
  .min(1, "must not be empty")
  .max(120, "must be at most 120 characters")
  .regex(/^\P{Cc}*$/u, "must be on one line, without control characters");

/** Text of several lines. */
export const textSchema = z
  .string()
  .trim()
  .min(1, "must not be empty")
  .max(10_000, "must be at most 10000 characters");

export const idSchema = z.string().min(1, "must not be empty").max(64);

/** ISO 8601 with an offset, or epoch milliseconds; given on as epoch milliseconds. */
export const timeSchema = z
  .union([z.number().int(), z.string()], { error: "must be ISO 8601 or epoch milliseconds" })
  .transform(asTime);

/** For `.transform()` of a schema that took a number or a string. */
export function asTime(given: number | string, context: z.RefinementCtx): number {
  const ms = toEpochMs(given);
  if (ms !== null) return ms;
  context.addIssue({ code: "custom", message: `must be ISO 8601 or epoch milliseconds, not "${given}"` });
  return z.NEVER;
}

/** Dates beyond what JavaScript can show are refused with the rest. */
function toEpochMs(given: number | string): number | null {
  if (typeof given === "number" || /^-?\d{1,16}$/.test(given)) {
    const ms = Number(given);
    return Math.abs(ms) <= 8.64e15 ? ms : null;
  }
  // Date.parse takes much more than ISO 8601, and reads a time without an offset in the server's zone.
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d))?$/.test(given)) return null;
  const ms = Date.parse(given);
  return Number.isNaN(ms) ? null : ms;
}

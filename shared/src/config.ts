import { resolve } from "node:path";
import { z } from "zod";
import { Failure } from "./failure.ts";

/** Building blocks of each program's config.ts; every variable is described in .env.example. */
export const port = (fallback: number) =>
  z
    .string()
    .default(String(fallback))
    .transform((text, context) => {
      const value = Number(text);
      if (Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
      context.addIssue({ code: "custom", message: `must be a port number, 0 to 65535, not "${text}"` });
      return z.NEVER;
    });

/** A whole number from `least` to `most`. */
export const count = (fallback: number, most: number, least = 1) =>
  z
    .string()
    .default(String(fallback))
    .transform((text, context) => {
      const value = Number(text);
      if (Number.isInteger(value) && value >= least && value <= most) return value;
      context.addIssue({
        code: "custom",
        message: `must be a whole number from ${least} to ${most}, not "${text}"`,
      });
      return z.NEVER;
    });

export const dataDir = z
  .string()
  .min(1)
  .default("./data")
  .transform((path) => resolve(path));
/** Interface to listen on. Loopback unless the operator opens it. */
export const host = z.string().min(1).default("127.0.0.1");
export const logLevel = z
  .enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"])
  .default("info");

/** Parses the environment once; an empty variable counts as not set. Throws one sentence that names the variable. */
export function readConfig<T extends z.ZodType>(schema: T, environment: NodeJS.ProcessEnv): z.infer<T> {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const name = issue.path.join(".");
  throw new Failure("invalid", `${name}: ${issue.message}`, { field: name });
}

import { type Logger, pino } from "pino";

export type Log = Logger;

/** One event in the past tense, ids as fields. Nothing per sample: count it. Written to stdout as JSON lines. */
export function createLog(program: string, level = process.env.LOG_LEVEL ?? "info"): Log {
  return pino({ name: program, level, base: { program } });
}

import { join } from "node:path";
import { dataDir, logLevel } from "@millwright/shared/config";
import { z } from "zod";

/** Parsed once by main.ts (and before the start by scripts/start.ts). */
export const ingestConfig = z.object({
  DATA_DIR: dataDir,
  /** Set = points go to this InfluxDB instead of the embedded DuckDB file. */
  INFLUX_URL: z.url({ protocol: /^https?$/, error: "must be an http or https address" }).optional(),
  INFLUX_TOKEN: z.string().optional(),
  INFLUX_ORG: z.string().optional(),
  INFLUX_BUCKET: z.string().default("millwright"),
  /** Least silence that makes a device offline, s; ten of its intervals where that is longer. */
  OFFLINE_AFTER_S: z
    .string()
    .default("300")
    .transform((text, context) => {
      const seconds = Number(text);
      if (Number.isInteger(seconds) && seconds >= 10 && seconds <= 86_400) return seconds;
      context.addIssue({ code: "custom", message: `must be whole seconds, 10 to 86400, not "${text}"` });
      return z.NEVER;
    }),
  LOG_LEVEL: logLevel,
});

export type IngestConfig = z.infer<typeof ingestConfig>;

/** Where ingest finds and keeps things below DATA_DIR. */
export const filesIn = (dir: string) => ({
  uplink: join(dir, "uplink.db"),
  findings: join(dir, "findings.db"),
  telemetry: join(dir, "telemetry.duckdb"),
  influxState: join(dir, "influx-state.db"),
  own: join(dir, "ingest.db"),
});

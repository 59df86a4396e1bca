import { join } from "node:path";
import { dataDir, logLevel, readConfig } from "@millwright/shared/config";
import { z } from "zod";

const schema = z.object({
  DATA_DIR: dataDir,
  /** Set = points go to this InfluxDB instead of the embedded DuckDB file. */
  INFLUX_URL: z.url({ protocol: /^https?$/, error: "must be an http or https address" }).optional(),
  INFLUX_TOKEN: z.string().optional(),
  INFLUX_ORG: z.string().optional(),
  INFLUX_BUCKET: z.string().default("millwright"),
  LOG_LEVEL: logLevel,
});

export type IngestConfig = {
  dataDir: string;
  influx: { url: string; token: string; org: string; bucket: string } | null;
  logLevel: z.infer<typeof logLevel>;
};

/** Throws Failure "invalid" with one sentence that names the variable. */
export function readIngestConfig(environment: NodeJS.ProcessEnv): IngestConfig {
  const given = readConfig(schema, environment);
  return {
    dataDir: given.DATA_DIR,
    influx: given.INFLUX_URL
      ? {
          url: given.INFLUX_URL,
          token: given.INFLUX_TOKEN ?? "",
          org: given.INFLUX_ORG ?? "",
          bucket: given.INFLUX_BUCKET,
        }
      : null,
    logLevel: given.LOG_LEVEL,
  };
}

/** Where ingest finds and keeps things below DATA_DIR. */
export const filesIn = (dir: string) => ({
  uplink: join(dir, "uplink.db"),
  findings: join(dir, "findings.db"),
  telemetry: join(dir, "telemetry.duckdb"),
  influxState: join(dir, "influx-state.db"),
  own: join(dir, "ingest.db"),
});

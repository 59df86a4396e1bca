import { dataDir, host, logLevel, port } from "@millwright/shared/config";
import { z } from "zod";

export const brokerConfig = z.object({
  MQTT_HOST: host,
  MQTT_PORT: port(1883),
  MQTT_WS_PORT: port(9001),
  DATA_DIR: dataDir,
  /** How large the uplink journal may grow while ingest does not get on; then devices are slowed, then refused. */
  JOURNAL_MAX_MB: z.coerce
    .number({ error: "must be a number of megabytes, 1 or more" })
    .min(1, { error: "must be a number of megabytes, 1 or more" })
    .default(8192),
  LOG_LEVEL: logLevel,
});

export type BrokerConfig = z.infer<typeof brokerConfig>;

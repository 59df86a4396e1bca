import { dataDir, host, logLevel, port } from "@millwright/shared/config";
import { z } from "zod";

export const brokerConfig = z.object({
  MQTT_HOST: host,
  MQTT_PORT: port(1883),
  MQTT_WS_PORT: port(9001),
  DATA_DIR: dataDir,
  LOG_LEVEL: logLevel,
});

export type BrokerConfig = z.infer<typeof brokerConfig>;

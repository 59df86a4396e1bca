import type { Log } from "@millwright/shared/log";
import { jsonAnswer, serveLoopback } from "@millwright/shared/loopback";
import { PROVISION_PATH } from "@millwright/shared/wire/credential-use";
import {
  type ProvisionErrand,
  type ProvisionResponse,
  provisionErrandSchema,
} from "@millwright/shared/wire/provisioning";

/** Where the broker hands over what factory images ask: loopback, behind the installation's secret. */
export function serveProvisionDoor(
  dataDir: string,
  provision: (errand: ProvisionErrand) => Promise<ProvisionResponse>,
  log: Log,
): Promise<{ close(): Promise<void> }> {
  return serveLoopback(
    dataDir,
    "portal",
    async ({ method, path, body }) => {
      if (method !== "POST" || path !== PROVISION_PATH) return null;
      return jsonAnswer(await provision(provisionErrandSchema.parse(JSON.parse(body))));
    },
    (error) => log.error({ err: error }, "a provisioning request could not be worked on"),
  );
}

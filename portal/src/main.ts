import { readConfig } from "@millwright/shared/config";
import { Failure } from "@millwright/shared/failure";
import { createLog } from "@millwright/shared/log";
import { portalConfig } from "./config.ts";
import { startPortal } from "./start.ts";

/** How long a clean stop may take before the process ends anyway. */
const STOP_LIMIT_MS = 8_000;

async function main(): Promise<void> {
  const portal = await startPortal(readConfig(portalConfig, process.env));
  const end = async () => {
    setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
    await portal.stop();
    process.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void end());
}

main().catch((error: unknown) => {
  // What the operator can change is one sentence; anything else is a fault of ours and shows where.
  if (error instanceof Failure && error.code !== "internal") process.stderr.write(`${error.message}\n`);
  else createLog("portal").fatal({ err: error }, "portal could not start");
  process.exit(1);
});

import { readConfig } from "@millwright/shared/config";
import { Failure } from "@millwright/shared/failure";
import { brokerConfig } from "./config.ts";
import { startBroker } from "./start.ts";

try {
  const broker = await startBroker(readConfig(brokerConfig, process.env));
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      broker.stop().then(
        () => process.exit(0),
        (error) => fail(error),
      );
    });
  }
} catch (error) {
  fail(error);
}

/** A wrong setting is one sentence; anything else is a fault of ours and keeps its stack. */
function fail(error: unknown): never {
  const text =
    error instanceof Failure
      ? error.message
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error);
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

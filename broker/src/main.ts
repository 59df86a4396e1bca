import { readConfig } from "@millwright/shared/config";
import { Failure } from "@millwright/shared/failure";
import { brokerConfig } from "./config.ts";
import { startBroker } from "./start.ts";

/** Whoever stops us gives up on us, and kills, about then. */
const STOP_WITHIN_MS = 10_000;

try {
  const broker = await startBroker(readConfig(brokerConfig, process.env));
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      setTimeout(
        () =>
          fail(new Failure("unavailable", "The broker could not end in order: its journal does not answer.")),
        STOP_WITHIN_MS,
      ).unref();
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

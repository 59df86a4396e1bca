import { readConfig } from "@millwright/shared/config";
import { ingestConfig } from "./config.ts";
import { startIngest } from "./start.ts";

/** Process edge: environment in, signals, exit code. */
try {
  const ingest = await startIngest(readConfig(ingestConfig, process.env));
  let stopping = false;
  const end = () => {
    if (stopping) return;
    stopping = true;
    ingest.stop().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
} catch (error) {
  fail(error);
}

function fail(error: unknown): void {
  process.stderr.write(`ingest: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

import { dataDir } from "@millwright/shared/config";
import { Failure } from "@millwright/shared/failure";
import { backUp, influxAdvice, summary } from "./backup/back-up.ts";
import { TELEMETRY } from "./backup/contents.ts";

/** `pnpm backup -- TO_DIR`: backs up DATA_DIR, running or stopped, into an empty folder. */
const say = (line: string) => process.stdout.write(`${line}\n`);

const [to, ...more] = process.argv.slice(2).filter((arg) => arg !== "--");
const ended = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => ended.abort());
try {
  if (to === undefined || to.startsWith("-") || more.length > 0)
    throw new Failure("invalid", "Usage: pnpm backup -- TO_DIR   (from DATA_DIR, ./data unless set)");
  const from = dataDir.parse(process.env.DATA_DIR || undefined);
  const started = performance.now();
  const manifest = await backUp({ dataDir: from, to, say, signal: ended.signal });
  say(summary(manifest, to, performance.now() - started));
  say("Keys of sign-in sessions are not in it: after a restore people sign in once more.");
  if (!manifest.files.some(({ name }) => name === TELEMETRY)) say(influxAdvice(process.env));
} catch (error) {
  const sentence = ended.signal.aborted
    ? "Ended. What had been written was removed."
    : error instanceof Failure
      ? error.message
      : String(error);
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 1;
}

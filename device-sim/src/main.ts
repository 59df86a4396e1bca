import { parseArgs } from "node:util";
import { Failure } from "@millwright/shared/failure";
import { createLog } from "@millwright/shared/log";
import { type Live, runLive } from "./live.ts";
import { replay } from "./replay.ts";
import { seedDemo } from "./seed.ts";

const HELP = `The simulated plant: a client of the product, like any firmware.

  pnpm sim -- seed --api URL --mqtt HOST:PORT --state FILE [--key KEY]
      Creates the demo plant by the API, sends its last 30 days by MQTT and waits until they are stored.
      The key of an administrator may stand in MILLWRIGHT_API_KEY instead. An interrupted seed goes on.

  pnpm sim -- live --state FILE --mqtt HOST:PORT [--speed N] [--from ISO]
      Runs the fleet until Ctrl-C. A start in the past (--from, or a last stop less than 15 minutes ago)
      is caught up with at once, or N times faster than the world's clock with --speed.

  pnpm sim -- replay --file CSV[.gz] --map MAP --time-column NAME --token TOKEN --mqtt HOST:PORT
      [--separator ,] [--speed N|max] [--shift-to now|ISO|none] [--constant tag=value,...]
      Sends any recording as any device; ends when all of it is acknowledged.
      MAP: column=tag, column=tag*a+b, separated by commas: "Bearing 1=acc_pde*9.80665"
      --speed: times faster than recorded, or max (default). --shift-to now: the recording ends now
      (at speed max) or begins now (at any other speed). Times without a zone are UTC.
`;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

type Values = Record<string, string | boolean | undefined>;

function needed(values: Values, name: string): string {
  const value = values[name];
  if (typeof value === "string") return value;
  throw new Failure("invalid", `--${name} is missing; see --help`, { field: name });
}

const optional = (values: Values, name: string): string | undefined => {
  const value = values[name];
  return typeof value === "string" ? value : undefined;
};

function positive(text: string, name: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new Failure("invalid", `--${name} must be a number above 0, not "${text}"`, { field: name });
}

const text = { type: "string" } as const;
const OPTIONS = {
  seed: { api: text, key: text, mqtt: text, state: text },
  live: { mqtt: text, state: text, speed: text, from: text },
  replay: {
    file: text,
    map: text,
    "time-column": text,
    separator: text,
    token: text,
    mqtt: text,
    speed: text,
    "shift-to": text,
    constant: text,
  },
};

async function seed(values: Values, signal: AbortSignal): Promise<void> {
  const key = optional(values, "key") ?? process.env.MILLWRIGHT_API_KEY;
  if (!key) throw new Failure("invalid", "--key is missing, and so is MILLWRIGHT_API_KEY", { field: "key" });
  await seedDemo({
    api: needed(values, "api"),
    key,
    mqtt: needed(values, "mqtt"),
    stateFile: needed(values, "state"),
    say,
    signal,
  });
  say("plant: ready");
}

async function live(values: Values, signal: AbortSignal): Promise<void> {
  const from = optional(values, "from");
  const fromMs = from === undefined ? undefined : Date.parse(from);
  if (fromMs !== undefined && !Number.isFinite(fromMs)) {
    throw new Failure("invalid", `--from: "${from}" is no ISO time`, { field: "from" });
  }
  const speed = optional(values, "speed");
  const fleet: Live = await runLive({
    stateFile: needed(values, "state"),
    mqtt: needed(values, "mqtt"),
    ...(speed === undefined ? {} : { speed: positive(speed, "speed") }),
    ...(fromMs === undefined ? {} : { fromMs }),
  });
  const log = createLog("device-sim");
  log.info({ stations: fleet.stats().stations }, "fleet started");
  const report = setInterval(() => log.info(fleet.stats(), "fleet running"), 60_000);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
  clearInterval(report);
  await fleet.stop();
  log.info("fleet stopped");
}

async function replayFile(values: Values, signal: AbortSignal): Promise<void> {
  const speed = optional(values, "speed") ?? "max";
  const separator = optional(values, "separator");
  const shiftTo = optional(values, "shift-to");
  const constants = optional(values, "constant");
  const result = await replay({
    file: needed(values, "file"),
    map: needed(values, "map"),
    timeColumn: needed(values, "time-column"),
    token: needed(values, "token"),
    mqtt: needed(values, "mqtt"),
    speed: speed === "max" ? "max" : positive(speed, "speed"),
    ...(separator === undefined ? {} : { separator: separator === "\\t" ? "\t" : separator }),
    ...(shiftTo === undefined ? {} : { shiftTo }),
    ...(constants === undefined ? {} : { constants }),
    onProgress: (sent, of) => say(`replay: ${sent} of ${of} rows`),
    signal,
  });
  say(
    `replay: ${result.rows} rows, ${result.values} values in ${result.messages} messages acknowledged, ` +
      `${new Date(result.firstMs).toISOString()} to ${new Date(result.lastMs).toISOString()}` +
      (result.skipped > 0 ? `, ${result.skipped} rows skipped` : ""),
  );
}

const COMMANDS = { seed, live, replay: replayFile };

async function main(signal: AbortSignal): Promise<void> {
  const args = process.argv.slice(2);
  // pnpm passes the dashes that end its own options on to the program.
  if (args[0] === "--") args.shift();
  const name = args.shift();
  if (
    name === undefined ||
    name === "--help" ||
    name === "-h" ||
    name === "help" ||
    args.includes("--help")
  ) {
    process.stdout.write(HELP);
    return;
  }
  if (!(name in COMMANDS))
    throw new Failure("invalid", `there is no command "${name}": seed, live or replay`);
  const command = name as keyof typeof COMMANDS;
  let values: Values;
  try {
    const options: Record<string, { type: "string" }> = OPTIONS[command];
    values = parseArgs({ args, options, strict: true }).values;
  } catch (cause) {
    throw new Failure("invalid", cause instanceof Error ? cause.message : String(cause), { cause });
  }
  await COMMANDS[command](values, signal);
}

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop.abort());
try {
  await main(stop.signal);
} catch (error) {
  const calledOff = stop.signal.aborted;
  const sentence =
    error instanceof Failure ? error.message : error instanceof Error ? error.stack : String(error);
  if (!calledOff) process.stderr.write(`${sentence}\n`);
  process.exitCode = calledOff ? 130 : 1;
}

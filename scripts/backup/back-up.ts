import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statfsSync, statSync } from "node:fs";
import { basename, join, resolve, sep } from "node:path";
import { checkSqlite, copySqlite, schemaLevelIn } from "@millwright/shared/db/copy";
import { PORTAL_DB } from "@millwright/shared/db/open";
import { Failure } from "@millwright/shared/failure";
import { inspectDuckdb } from "@millwright/shared/telemetry/duckdb/copy-to";
import { contentsOf, TELEMETRY } from "./contents.ts";
import { digest } from "./copy-file.ts";
import { copyTelemetry } from "./copy-telemetry.ts";
import {
  type BackedUp,
  type Manifest,
  newManifest,
  softwareVersion,
  syncDir,
  writeManifest,
} from "./manifest.ts";
import { contradictions, positionsIn, takeBackReports } from "./positions.ts";

/** A journal can be trimmed between the copy of its reader and its own; then everything is copied again. */
const ATTEMPTS = 3;

type Options = {
  dataDir: string;
  to: string;
  /** One line for the operator. */
  say: (line: string) => void;
  /** Ends the backup; what it wrote is removed. */
  signal?: AbortSignal;
};

/**
 * Backs up a running or stopped installation into an empty folder. What is restored from it holds every reading
 * acknowledged before this was called, none twice, and no ticket whose readings it does not hold.
 * Throws Failure with one sentence; then the folder is as empty as before.
 */
export async function backUp({ dataDir, to, say, signal }: Options): Promise<Manifest> {
  const ends = signal ?? new AbortController().signal;
  const target = demandTarget(resolve(dataDir), resolve(to));
  try {
    for (let attempt = 1; ; attempt++) {
      const found = await copyAll(resolve(dataDir), target, say, ends);
      if (typeof found !== "string") {
        writeManifest(target, found);
        return found;
      }
      if (attempt === ATTEMPTS) throw new Failure("conflict", `The copies do not fit together: ${found}.`);
      say(`Copying again: ${found}.`);
      empty(target);
    }
  } catch (error) {
    empty(target);
    throw error;
  }
}

function demandTarget(dataDir: string, to: string): string {
  if (!existsSync(join(dataDir, PORTAL_DB)))
    throw new Failure(
      "invalid",
      `DATA_DIR ${dataDir} holds no installation: there is no ${PORTAL_DB} in it.`,
    );
  if (to === dataDir || to.startsWith(dataDir + sep))
    throw new Failure("invalid", `${to} lies inside DATA_DIR ${dataDir}; a backup belongs on another disk.`);
  if (existsSync(to) && (!statSync(to).isDirectory() || readdirSync(to).length > 0))
    throw new Failure("conflict", `${to} is not empty; a backup needs a folder of its own.`);
  try {
    mkdirSync(to, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new Failure("invalid", `${to} cannot be made.`, { cause });
  }
  const { databases, notes } = contentsOf(dataDir);
  const needed = [...databases, ...notes].reduce((sum, name) => sum + statSync(join(dataDir, name)).size, 0);
  const { bavail, bsize } = statfsSync(to);
  if (needed > bavail * bsize)
    throw new Failure(
      "unavailable",
      `${to} has ${megabytes(bavail * bsize)} free; up to ${megabytes(needed)} are needed.`,
    );
  return to;
}

/** The manifest of what was copied, or why the copies do not fit together. */
async function copyAll(
  dataDir: string,
  to: string,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<Manifest | string> {
  const begunAt = new Date().toISOString();
  const { databases, notes, unknown } = contentsOf(dataDir);
  const from = (name: string) => join(dataDir, name);
  for (const name of [...notes, ...databases]) {
    signal.throwIfAborted();
    const started = performance.now();
    if (name === TELEMETRY) await copyTelemetry({ dataDir, file: from(name) }, join(to, name), signal);
    else if (notes.includes(name)) await digest(from(name), join(to, name));
    else copySqlite(from(name), join(to, name));
    chmodSync(join(to, name), 0o600);
    say(line(name, statSync(join(to, name)).size, performance.now() - started));
  }
  if (!databases.includes(TELEMETRY)) say("The telemetry is not in a file of this installation, see below.");
  for (const name of unknown) say(`${name}: not part of an installation, left out`);
  const positions = await positionsIn(to);
  const wrong = contradictions(positions);
  if (wrong.length > 0) return wrong.join("; ");
  takeBackReports(to, positions);
  const files: BackedUp[] = [];
  for (const name of [...notes, ...databases]) {
    signal.throwIfAborted();
    files.push(await described(join(to, name), notes.includes(name)));
  }
  syncDir(to);
  return newManifest({
    schema: schemaLevelIn(join(to, PORTAL_DB)),
    begunAt,
    completedAt: new Date().toISOString(),
    files,
  });
}

async function described(file: string, note: boolean): Promise<BackedUp> {
  const name = basename(file);
  const rows = note
    ? {}
    : { rows: name === TELEMETRY ? (await inspectDuckdb(file)).rows : checkSqlite(file) };
  return { name, ...(await digest(file)), ...rows };
}

function empty(dir: string): void {
  for (const name of readdirSync(dir)) rmSync(join(dir, name), { recursive: true, force: true });
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

const line = (name: string, bytes: number, ms: number): string =>
  `${name.padEnd(18)} ${megabytes(bytes).padStart(12)}  ${(ms / 1000).toFixed(1)} s`;

/** What the operator has to do besides, when the telemetry is kept in InfluxDB. */
export function influxAdvice({
  INFLUX_URL: url,
  INFLUX_BUCKET: bucket = "millwright",
}: NodeJS.ProcessEnv): string {
  return [
    "The telemetry is in InfluxDB, which makes its own backups. Take one now, after this one, so that it holds",
    "everything this one counts as stored. Points it holds twice are stored once.",
    `  InfluxDB 2:  influx backup DIR --bucket ${bucket} --host ${url ?? "URL"} --token TOKEN`,
    `  InfluxDB 1:  influxd backup -portable -database ${bucket} DIR`,
  ].join("\n");
}

export const summary = (manifest: Manifest, to: string, ms: number): string => {
  const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
  return `Backup of version ${softwareVersion()} complete: ${manifest.files.length} files, ${megabytes(bytes)} in ${(ms / 1000).toFixed(1)} s, in ${to}`;
};

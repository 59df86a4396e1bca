import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { demandKnownLevel, type SchemaLevel } from "@millwright/shared/db/level";
import { Failure } from "@millwright/shared/failure";

const MANIFEST = "manifest.json";
const FORMAT = 1;

export type BackedUp = {
  name: string;
  bytes: number;
  /** Lower-case hex. */
  sha256: string;
  /** By table; for databases only. */
  rows?: Record<string, number>;
};

/** Written last: a folder without it is no backup. */
export type Manifest = {
  format: number;
  /** Of the software. */
  version: string;
  /** Of portal.db. */
  schema: SchemaLevel;
  /** ISO 8601, UTC. Everything acknowledged before `begunAt` is in it. */
  begunAt: string;
  completedAt: string;
  files: BackedUp[];
};

export function softwareVersion(): string {
  const file = fileURLToPath(new URL("../../package.json", import.meta.url));
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

export const newManifest = (parts: Omit<Manifest, "format" | "version">): Manifest => ({
  format: FORMAT,
  version: softwareVersion(),
  ...parts,
});

export function writeManifest(dir: string, manifest: Manifest): void {
  const file = join(dir, MANIFEST);
  const handle = openSync(`${file}.part`, "wx", 0o600);
  try {
    writeSync(handle, `${JSON.stringify(manifest, null, 2)}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(`${file}.part`, file);
  syncDir(dir);
}

/** Throws invalid when the folder holds no complete backup, conflict when a newer version of the software made it. */
export function readManifest(dir: string): Manifest {
  let text: string;
  try {
    text = readFileSync(join(dir, MANIFEST), "utf8");
  } catch (cause) {
    throw new Failure("invalid", `${dir} is not a complete backup: there is no ${MANIFEST} in it.`, {
      cause,
    });
  }
  const manifest = parse(dir, text);
  const own = softwareVersion();
  if (manifest.format > FORMAT || isNewer(manifest.version, own)) {
    throw new Failure(
      "conflict",
      `${dir} was made by version ${manifest.version}; this is ${own}. Restore it with ${manifest.version} or newer.`,
    );
  }
  demandKnownLevel(`the portal.db in ${dir} (version ${manifest.version})`, manifest.schema);
  return manifest;
}

function parse(dir: string, text: string): Manifest {
  const wrong = (cause?: unknown) =>
    new Failure("invalid", `${join(dir, MANIFEST)} is not the manifest of a backup.`, { cause });
  let found: Partial<Manifest>;
  try {
    found = JSON.parse(text) as Partial<Manifest>;
  } catch (cause) {
    throw wrong(cause);
  }
  const { format, version, schema, files } = found;
  const isFile = ({ name, bytes, sha256 }: Partial<BackedUp>) =>
    // A name with a folder in it would be written outside of where it belongs.
    typeof name === "string" &&
    /^[\w-][\w.-]*$/.test(name) &&
    typeof bytes === "number" &&
    typeof sha256 === "string";
  const sound =
    typeof format === "number" &&
    typeof version === "string" &&
    typeof schema?.newestAt === "number" &&
    Array.isArray(files) &&
    files.every(isFile);
  if (!sound) throw wrong();
  return found as Manifest;
}

/** Of two versions "1.2.3". */
function isNewer(version: string, than: string): boolean {
  const [a, b] = [version, than].map((v) => v.split(/[.-]/).slice(0, 3).map(Number)) as [number[], number[]];
  const at = a.findIndex((part, i) => part !== b[i]);
  return at >= 0 && a[at]! > (b[at] ?? 0);
}

/** A new name in a folder is on disk only with the folder. */
export function syncDir(dir: string): void {
  const handle = openSync(dir, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

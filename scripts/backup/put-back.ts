import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { checkSqlite } from "@millwright/shared/db/copy";
import { Failure } from "@millwright/shared/failure";
import { digest } from "./copy-file.ts";
import { type Manifest, readManifest, syncDir } from "./manifest.ts";
import { contradictions, positionsIn } from "./positions.ts";
import { isInstallationRunning } from "./running.ts";

type Options = {
  from: string;
  dataDir: string;
  say: (line: string) => void;
};

/**
 * Restores a backup into an empty data folder: copied and checked beside it first, then put in place at once.
 * Throws Failure with one sentence; then the data folder is as empty as before.
 */
export async function putBack({ from, dataDir, say }: Options): Promise<Manifest> {
  const source = resolve(from);
  const target = resolve(dataDir);
  const manifest = readManifest(source);
  demandEmpty(target);
  const stage = stageFor(target);
  try {
    await copyChecked(source, stage, manifest, say);
    putInPlace(stage, target, manifest);
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
  return manifest;
}

/** Checks a backup as a restore would, and changes nothing: copies into a folder of its own, which is removed. */
export async function verify({
  from,
  scratch,
  say,
}: {
  from: string;
  scratch: string;
  say: Options["say"];
}): Promise<Manifest> {
  const source = resolve(from);
  const manifest = readManifest(source);
  const stage = mkdtempSync(join(scratch, "millwright-verify-"));
  try {
    await copyChecked(source, stage, manifest, say);
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
  return manifest;
}

function demandEmpty(dataDir: string): void {
  if (!existsSync(dataDir)) return;
  const held = statSync(dataDir).isDirectory()
    ? readdirSync(dataDir).filter((name) => name !== "lost+found")
    : [dataDir];
  if (held.length === 0) return;
  const why = isInstallationRunning(dataDir)
    ? "Millwright is running there. Stop it, and restore into an empty folder"
    : "it is not empty. Move what is there away first";
  throw new Failure("conflict", `Nothing was restored into DATA_DIR ${dataDir}: ${why}.`);
}

/** On the same disk, so that putting in place is a rename; a mounted folder cannot be renamed and is filled instead. */
function stageFor(dataDir: string): string {
  const parent = dirname(dataDir);
  try {
    mkdirSync(parent, { recursive: true });
    const mounted = existsSync(dataDir) && statSync(dataDir).dev !== statSync(parent).dev;
    return mkdtempSync(
      mounted ? join(dataDir, ".restoring-") : join(parent, `.${basename(dataDir)}-restoring-`),
    );
  } catch (cause) {
    throw new Failure("invalid", `DATA_DIR ${dataDir} cannot be written.`, { cause });
  }
}

async function copyChecked(
  from: string,
  stage: string,
  manifest: Manifest,
  say: Options["say"],
): Promise<void> {
  for (const { name, bytes, sha256 } of manifest.files) {
    if (!existsSync(join(from, name)))
      throw new Failure("invalid", `${from} is not complete: ${name} is missing.`);
    const found = await digest(join(from, name), join(stage, name));
    if (found.bytes !== bytes || found.sha256 !== sha256)
      throw new Failure("invalid", `${join(from, name)} is not what was backed up: its checksum differs.`);
    if (name.endsWith(".db")) checkSqlite(join(stage, name));
    say(`${name}: checked`);
  }
  const wrong = contradictions(await positionsIn(stage));
  if (wrong.length > 0) throw new Failure("invalid", `${from} contradicts itself: ${wrong.join("; ")}.`);
  syncDir(stage);
}

function putInPlace(stage: string, dataDir: string, manifest: Manifest): void {
  if (dirname(stage) !== dataDir) {
    // Over a folder that is still empty, or fails: whoever has started the product there meanwhile keeps it.
    renameSync(stage, dataDir);
    syncDir(dirname(dataDir));
    return;
  }
  // The portal's database last: without it there is no installation.
  const names = manifest.files
    .map(({ name }) => name)
    .sort((a, b) => Number(a === "portal.db") - Number(b === "portal.db"));
  for (const name of names) renameSync(join(stage, name), join(dataDir, name));
  syncDir(dataDir);
}

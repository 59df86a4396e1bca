import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";

/** What was found damaged is kept here, beside the files it is from, until somebody has looked at it and removes it. */
export const QUARANTINE = "quarantine";

/** fsync of a folder: only then its names survive a power cut. */
export function syncFolder(folder) {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function placeFor(file, suffix) {
  const folder = join(dirname(file), QUARANTINE);
  mkdirSync(folder, { recursive: true });
  return join(folder, `${basename(file)}${suffix}`);
}

/** Writes `text` once under the name of `file` and `suffix`; a second time it is there already. Returns its path. */
export function keepText(file, suffix, text) {
  const place = placeFor(file, suffix);
  if (existsSync(place)) return place;
  writeFileSync(`${place}.part`, text, { flush: true });
  renameSync(`${place}.part`, place);
  syncFolder(dirname(place));
  return place;
}

/** Copies `file` as it is. */
export function keepCopy(file, suffix) {
  const place = placeFor(file, suffix);
  copyFileSync(file, place);
  syncFolder(dirname(place));
  return place;
}

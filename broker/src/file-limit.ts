import { readFileSync } from "node:fs";

/**
 * How many files and sockets this process may have open at once (`ulimit -n`; Node raises it to the hard limit by
 * itself); null where /proc does not say.
 */
export function openFilesAllowed(): number | null {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"));
    return found ? Number(found[1]) : null;
  } catch {
    return null;
  }
}

/** What the broker opens besides connections: databases, doors, watches. */
export const FILES_BESIDES = 200;

import { statfsSync } from "node:fs";

/** Less than this and a commit may not fit any more: SQLite's log of 1,000 pages. Chosen by us. */
const LEAST_BYTES = 4_194_304;

/** One sentence where the disk the file lies on has no room for it to grow, else null. */
export function diskTrouble(file: string): string | null {
  const { bavail, bsize } = statfsSync(file);
  return bavail * bsize < LEAST_BYTES ? "the disk of the portal's database is full" : null;
}

/** Whether something could not be saved because the disk is full; drizzle and better-auth wrap the error they met. */
export function isDiskFull(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ("code" in at && (at.code === "SQLITE_FULL" || at.code === "ENOSPC")) return true;
  }
  return false;
}

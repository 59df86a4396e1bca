import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A file system of its own, small enough to be filled. */
export type SmallDisk = {
  dir: string;
  /** Takes what is free, to the last page. */
  fill(): void;
  /** Gives back what fill() took. */
  free(): void;
  /** Also while files of it are open. */
  remove(): void;
};

/** null where this user may not mount one; on a build machine (CI set) that is an error. */
export function smallDisk(megabytes: number): SmallDisk | null {
  const dir = mkdtempSync(join(tmpdir(), "millwright-disk-"));
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m,mode=700`, "tmpfs", dir]);
  if (mounted.status !== 0) {
    rmdirSync(dir);
    if (process.env.CI) throw new Error(`tmpfs cannot be mounted here: ${mounted.stderr}`);
    return null;
  }
  const ballast = join(dir, "ballast");
  return {
    dir,
    fill() {
      const file = openSync(ballast, "a");
      for (const size of [65_536, 4_096]) {
        const piece = Buffer.alloc(size);
        try {
          while (writeSync(file, piece) === size);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
        }
      }
      closeSync(file);
    },
    free: () => rmSync(ballast, { force: true }),
    remove() {
      spawnSync("umount", ["-l", dir]);
      rmdirSync(dir);
    },
  };
}

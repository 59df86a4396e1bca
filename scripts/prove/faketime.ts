import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where Debian and others keep the library of the package faketime. */
const LIBRARIES = ["x86_64-linux-gnu", "aarch64-linux-gnu", "arm-linux-gnueabihf", ""].map((triplet) =>
  join("/usr/lib", triplet, "faketime/libfaketimeMT.so.1"),
);

export type SetClock = {
  /** For the programs whose clock it is. */
  environment: NodeJS.ProcessEnv;
  /** From within a second on their wall clock is this far ahead of ours; negative: behind. */
  set(offsetMs: number): void;
  remove(): void;
};

/** A wall clock that can be set while programs run by it; their monotonic clock goes on undisturbed, as the kernel's would. */
export function setClock(offsetMs: number): SetClock | null {
  const library = LIBRARIES.find((file) => existsSync(file));
  if (library === undefined) return null;
  const dir = mkdtempSync(join(tmpdir(), "prove-clock-"));
  const file = join(dir, "offset");
  const set = (ms: number) => {
    // Whole at once: the library reads it at any moment.
    writeFileSync(`${file}.new`, `${ms < 0 ? "-" : "+"}${Math.abs(ms / 1000)}\n`);
    renameSync(`${file}.new`, file);
  };
  set(offsetMs);
  return {
    environment: {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_CACHE_DURATION: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
      NO_FAKE_STAT: "1",
    },
    set,
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

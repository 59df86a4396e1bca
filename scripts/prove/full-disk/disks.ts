import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { type SmallDisk, smallDisk } from "@millwright/shared/testing/small-disk";

/** Files whose disk can be full alone, each in its own way to be reckoned with. */
const FILES = [
  "uplink.db",
  "telemetry.duckdb",
  "portal.db",
  "findings.db",
  "ingest.db",
  "sessions.db",
] as const;
export type FileName = (typeof FILES)[number];

export type Disks = {
  dataDir: string;
  of(file: FileName): SmallDisk;
  /** Every disk of the installation at once: what one full disk is to an ordinary DATA_DIR. */
  all: Pick<SmallDisk, "fill" | "free">;
  remove(): void;
};

const DATA_MB = 64;
const FILE_MB = 48;

/** A DATA_DIR on a disk of its own, in which each of FILES lies on one more (SQLite keeps its log beside the real file). */
export function fullableDisks(): Disks | null {
  const data = smallDisk(DATA_MB);
  if (data === null) return null;
  const byFile = new Map<FileName, SmallDisk>();
  for (const file of FILES) {
    const disk = smallDisk(FILE_MB);
    if (disk === null) return null;
    symlinkSync(join(disk.dir, file), join(data.dir, file));
    byFile.set(file, disk);
  }
  symlinkSync(
    join(byFile.get("telemetry.duckdb")!.dir, "telemetry.duckdb.wal"),
    join(data.dir, "telemetry.duckdb.wal"),
  );
  const every = [data, ...byFile.values()];
  return {
    dataDir: data.dir,
    of: (file) => byFile.get(file)!,
    all: {
      fill: () => every.forEach((disk) => void disk.fill()),
      free: () => every.forEach((disk) => void disk.free()),
    },
    remove: () => every.forEach((disk) => void disk.remove()),
  };
}

import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { smallDisk } from "@millwright/shared/testing/small-disk";
import { type BrokerProgram, spawnBroker } from "../../../broker/src/testing/spawn-broker.ts";
import { testBed } from "../../../broker/src/testing/test-bed.ts";
import { missing, publishUnderLoad } from "../../../broker/src/testing/under-load.ts";

const DISK_MB = 32;

/** How many of the readings this broker acknowledged while its disk was full are not in the journal. */
export async function lostOnFullDisk(program: BrokerProgram): Promise<number> {
  const disk = smallDisk(DISK_MB);
  if (disk === null) throw new Error("tmpfs cannot be mounted");
  const bed = testBed();
  try {
    symlinkSync(join(disk.dir, "uplink.db"), join(bed.dataDir, "uplink.db"));
    const { token } = bed.addDevice("d1");
    const acked = new Set<string>();
    const { child, url, exited } = await spawnBroker(bed.dataDir, program);
    await publishUnderLoad(bed, url, token, "full", acked);
    disk.fill();
    await delay(1_000);
    child.kill("SIGKILL");
    await exited;
    return missing(bed, acked);
  } finally {
    await bed.end();
    disk.remove();
  }
}

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { integrityOf } from "@millwright/shared/db/sound";
import { type BrokerProgram, spawnBroker } from "../../../broker/src/testing/spawn-broker.ts";
import { testBed } from "../../../broker/src/testing/test-bed.ts";
import { missing, publishUnderLoad } from "../../../broker/src/testing/under-load.ts";
import { lossyFsMissing, mountLossy } from "../power/mount.ts";
import { checklist, type Proof } from "../promise.ts";

/** The real broker on a file system that forgets, at a random moment, all that was not fsynced. */
export const powerCut: Proof = {
  title: "a power cut loses nothing acknowledged",
  async prove({ random, long }) {
    const reason = lossyFsMissing();
    if (reason !== null) return { skipped: reason };
    const { failures, expect } = checklist();
    const cuts = long ? 20 : 2;
    const ours = await cutRepeatedly("main.ts", cuts, random);
    for (const sentence of ours.unsound) expect(false, sentence);
    const control = await cutRepeatedly("testing/sync-normal.ts", 5, random, (lost) => lost > 0);
    expect(control.lost > 0, "the control, which does not sync each commit, lost nothing");
    const note = `${ours.cuts} cuts, ${ours.torn} of them torn; synchronous=NORMAL: ${control.lost} of ${control.acked} lost`;
    return { attempts: ours.acked, lost: ours.lost, doubled: 0, phantom: ours.phantom, failures, note };
  },
};

/** One data folder through all cuts: each start has to cope with what the last cut left. */
async function cutRepeatedly(
  program: BrokerProgram,
  most: number,
  random: () => number,
  enough: (lost: number) => boolean = () => false,
) {
  const bed = testBed();
  const path = mkdtempSync(join(tmpdir(), "prove-power-"));
  const acked = new Set<string>();
  const result = { cuts: 0, torn: 0, acked: 0, lost: 0, phantom: 0, unsound: [] as string[] };
  try {
    const { token } = bed.addDevice("d1");
    while (result.cuts < most && !enough(result.lost)) {
      const torn = result.cuts % 2 === 1;
      const seed = Math.floor(random() * 2 ** 31);
      const mount = await mountLossy(bed.dataDir, path, torn ? seed : null);
      try {
        const { child, url, exited } = await spawnBroker(mount.path, program);
        try {
          await publishUnderLoad(bed, url, token, `cut${result.cuts}`, acked);
          await delay(100 + random() * 900);
          await mount.cut();
        } finally {
          child.kill("SIGKILL");
          await exited;
        }
      } finally {
        await mount.unmount();
      }
      result.cuts++;
      if (torn) result.torn++;
      result.lost = missing(bed, acked);
    }
    result.acked = acked.size;
    const kept = bed.messages().map(({ payload }) => String(payload));
    result.phantom = kept.filter((payload) => !/^cut\d+-\d-\d+$/.test(payload)).length;
    result.unsound = await startsAgain(bed, token);
    return result;
  } finally {
    await bed.end();
    rmSync(path, { recursive: true, force: true });
  }
}

/** The broker on the folder that was left, without the lossy file system; what is wrong, each in a sentence. */
async function startsAgain(bed: ReturnType<typeof testBed>, token: string): Promise<string[]> {
  const { child, url, exited } = await spawnBroker(bed.dataDir);
  const acked = new Set<string>();
  await publishUnderLoad(bed, url, token, "after", acked);
  child.kill("SIGTERM");
  const code = await exited;
  const unsound: string[] = [];
  if (code !== 0) unsound.push(`the broker on the folder that was left ended with ${code}`);
  const lost = missing(bed, acked);
  if (lost > 0) unsound.push(`${lost} lost after the start on the folder that was left`);
  for (const file of ["uplink.db", "sessions.db", "broker.db"]) {
    const found = integrityOf(join(bed.dataDir, file));
    if (found !== "ok") unsound.push(`${file}: ${found}`);
  }
  return unsound;
}

import { type Storm, tooFewFiles, withStorm } from "../../storm/storm-bed.ts";
import { checklist, type Proof } from "../promise.ts";

const ALL_BACK_MS = 60_000;
const GOOD_MS = 2_000;

/** All devices at once, then the broker is killed and all come back; one good device keeps connecting beside them. */
export const reconnectStorm: Proof = {
  title: "a reconnect storm is back within 60 s; a good device connects in under 2 s meanwhile",
  alone: true,
  async prove({ long }) {
    const devices = long ? 10_000 : 1_500;
    const lacking = tooFewFiles(devices);
    if (lacking !== null) {
      if (process.env.CI) throw new Error(lacking);
      return { skipped: lacking };
    }
    const { failures, expect } = checklist();
    const storms = await withStorm(devices, {}, async (bed) => {
      const first = await bed.storm();
      const again = [await bed.killed()];
      if (long) again.push(await bed.killed());
      return [first, ...again];
    });
    const slowestMs = ({ good }: Storm) => Math.max(...good.map(({ tookMs }) => tookMs));
    for (const [index, storm] of storms.entries()) {
      const { report, good } = storm;
      const name = index === 0 ? "first storm" : `after kill ${index}`;
      expect(
        report.allBackMs <= ALL_BACK_MS,
        `${name}: all back only after ${report.allBackMs.toFixed(0)} ms`,
      );
      expect(report.failed === 0, `${name}: ${report.failed} failed otherwise than by coming later`);
      expect(good.length > 0, `${name}: the good device did not connect once`);
      expect(slowestMs(storm) < GOOD_MS, `${name}: the good device needed ${slowestMs(storm).toFixed(0)} ms`);
    }
    const s = (ms: number) => (ms / 1_000).toFixed(1);
    const back = storms.map(({ report }) => s(report.allBackMs)).join(", ");
    const note = `${devices} devices back in ${back} s; good device at most ${s(Math.max(...storms.map(slowestMs)))} s`;
    return { attempts: devices * storms.length, lost: 0, doubled: 0, phantom: 0, failures, note };
  },
};

import { setTimeout as delay } from "node:timers/promises";
import { type Storm, tooFewFiles, withStorm } from "../storm/storm-bed.ts";
import { say } from "./print.ts";

const SETTLE_MS = 3_000;

/** 5,000 and 10,000 devices connect at once, and again after a kill -9 of the broker; one good device beside them. */
export async function reconnect(): Promise<void> {
  for (const devices of [5_000, 10_000]) {
    const lacking = tooFewFiles(devices);
    if (lacking !== null) {
      say(lacking);
      continue;
    }
    await withStorm(devices, { LOG_LEVEL: "info" }, async (bed) => {
      tell(`${devices.toLocaleString("en")} at once`, await bed.storm());
      await delay(SETTLE_MS);
      const each = (bed.rss() - bed.idleBytes) / devices / 1_000;
      say(`  resident memory per idle connection: ${each.toFixed(1)} kB (wanted ≤ 30 kB)`);
      tell("  after kill -9", await bed.killed());
    });
  }
}

function tell(what: string, { report, good }: Storm): void {
  const s = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
  say(
    `${what}: all back in ${s(report.allBackMs)} (wanted ≤ 60 s), p50 ${s(report.p50Ms)}, p95 ${s(report.p95Ms)}, ` +
      `${report.tries} tries, ${report.comeLater} told to come later, ${report.resets} without an answer, ${report.failed} failed`,
  );
  const slowest = good.reduce((most, each) => (each.tookMs > most.tookMs ? each : most));
  say(
    `    good device beside it, ${good.length} connects: slowest ${slowest.tookMs.toFixed(0)} ms, of it TCP ${slowest.tcpMs.toFixed(0)} ms (wanted < 2,000 ms)`,
  );
}

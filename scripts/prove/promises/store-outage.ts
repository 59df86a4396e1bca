import { peerInstalled, startInfluxd } from "@millwright/shared/telemetry/testing/peers";
import { type Disks, fullableDisks } from "../full-disk/disks.ts";
import { lostBySkipping } from "../outage/control.ts";
import { overtaken } from "../outage/drain-order.ts";
import { type Outage, outlast } from "../outage/outage.ts";
import { SIGN_IN } from "../outage/strip.ts";
import { checklist, type Proof } from "../promise.ts";

/** Small, so that the outage reaches it. */
const JOURNAL_MB = 1;
const LONG_MS = 600_000;
/** Four devices with 20 messages in flight each: about 500 a second. */
const LONG_PAUSE_MS = 160;

/**
 * InfluxDB hangs, then is gone; DuckDB's disk is full: acknowledgements go on from the journal; at the journal's bound
 * devices are slowed, then refused aloud; afterwards all of it drains in order and nothing is missing.
 */
export const storeOutage: Proof = {
  title: "a store outage costs no reading: journal, then refusal",
  async prove({ long }) {
    if (!peerInstalled("influxd")) return { skipped: "influxd is not installed" };
    const check = checklist();
    const influxd = await startInfluxd();
    const disks = fullableDisks();
    try {
      const control = await lostBySkipping(influxd);
      check.expect(control > 0, "the control, which skips a failed batch, lost nothing");
      check.expect(overtaken([1, 2, 3], new Set([1, 3])) === 1, "a reading stored too early is not seen");
      const influx: Outage = {
        name: "InfluxDB",
        environment: { INFLUX_URL: influxd.url, ...SIGN_IN },
        begin: () => influxd.freeze(),
        worsen: () => influxd.pause(),
        end: () => influxd.resume(),
      };
      const outages = [influx, ...(disks === null ? [] : [fullDuckdb(disks)])];
      const bounded = { check, journalMb: JOURNAL_MB, lastsMs: null, pauseMs: 2, inFlight: 80 };
      const runs = await Promise.all(outages.map((outage) => outlast(outage, bounded)));
      if (long)
        runs.push(
          await outlast(influx, {
            check,
            journalMb: 1024,
            lastsMs: LONG_MS,
            pauseMs: LONG_PAUSE_MS,
            inFlight: 20,
          }),
        );
      const sum = (of: "acked" | "lost" | "doubled" | "phantom") =>
        runs.reduce((total, run) => total + run[of], 0);
      return {
        attempts: sum("acked"),
        lost: sum("lost"),
        doubled: sum("doubled"),
        phantom: sum("phantom"),
        failures: check.failures,
        note: `${runs.map(({ note }) => note).join("; ")}; a failed batch skipped: ${control} lost`,
      };
    } finally {
      disks?.remove();
      await influxd.stop();
    }
  },
};

function fullDuckdb(disks: Disks): Outage {
  const disk = disks.of("telemetry.duckdb");
  return {
    name: "DuckDB's disk full",
    environment: { DATA_DIR: disks.dataDir, ...SIGN_IN },
    begin: () => disk.fill(),
    worsen: async () => undefined,
    end: async () => disk.free(),
  };
}

import { setTimeout as delay } from "node:timers/promises";
import { peerInstalled, startInfluxd } from "@millwright/shared/telemetry/testing/peers";
import { audit } from "../../../stories/support/ledger.ts";
import { until } from "../../../stories/support/wait.ts";
import { ackedBy, metricsOf, publishAll, readyz, withPlant } from "../plant.ts";
import { checklist, type Proof } from "../promise.ts";
import { startProxy } from "../proxy.ts";

/** Small, so that the outage reaches it. */
const JOURNAL_MB = 1;

/**
 * InfluxDB hangs, then is gone: acknowledgements go on from the journal; at the journal's bound devices are refused
 * aloud; afterwards all of it drains and nothing is missing.
 */
export const storeOutage: Proof = {
  title: "a store outage costs no reading: journal, then refusal",
  async prove({ long }) {
    if (!peerInstalled("influxd")) return { skipped: "influxd is not installed" };
    const { failures, expect } = checklist();
    const influxd = await startInfluxd();
    const proxy = await startProxy(influxd.port);
    try {
      const environment = {
        INFLUX_URL: `http://127.0.0.1:${proxy.port}`,
        JOURNAL_MAX_MB: String(JOURNAL_MB),
      };
      return await withPlant(4, environment, async (product, machines) => {
        const ledgers = publishAll(product.mqttPort, machines, { pauseMs: 2 });
        await until("the stream to run", () => ackedBy(ledgers) > 500);
        const outageAt = Date.now();
        proxy.freeze();
        const noticed = await until("/readyz to say so", async () => {
          const state = await readyz(product);
          return state.status === 503 && !state.store.ready && state;
        });
        const noticedMs = Date.now() - outageAt;
        expect(noticedMs < 6_000, `/readyz took ${noticedMs} ms to notice a store that hangs`);
        expect(Math.abs((noticed.store.since ?? 0) - outageAt) < 5_000, "/readyz is wrong about since when");
        const before = ackedBy(ledgers);
        await delay(long ? 60_000 : 500);
        expect(ackedBy(ledgers) > before, "acknowledgements stopped with the store");
        expect(((await readyz(product)).waiting ?? 0) > 0, "/readyz does not say how much waits");
        proxy.thaw();
        proxy.cut(true);
        const refused = async () => (await metricsOf(product)).get("millwright_broker_uplink_failed") ?? 0;
        await until("the journal to be full", async () => (await refused()) > 0, 60_000);
        const refusals = await refused();
        const held = (await metricsOf(product)).get("millwright_broker_uplink_held_bytes") ?? 0;
        expect(held < (JOURNAL_MB + 9) * 1_048_576, `the journal grew to ${held} bytes`);
        const full = ackedBy(ledgers);
        const downMs = Date.now() - outageAt;
        proxy.open();
        const drainFrom = Date.now();
        await until("acknowledgements again", () => ackedBy(ledgers) > full, 60_000);
        await Promise.all(ledgers.map((ledger) => ledger.stop()));
        await product.settled(120_000);
        const drainMs = Date.now() - drainFrom;
        const found = await audit(product.admin, ledgers);
        expect((await readyz(product)).ready, "it is not ready again");
        const note = `down ${(downMs / 1000).toFixed(1)} s, noticed after ${(noticedMs / 1000).toFixed(1)} s, ${refusals} refused at the bound, drained in ${(drainMs / 1000).toFixed(1)} s`;
        return { ...found, attempts: found.acked, failures, note };
      });
    } finally {
      await proxy.close();
      await influxd.stop();
    }
  },
};

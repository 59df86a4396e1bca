import { setTimeout as delay } from "node:timers/promises";
import { type Audit, audit } from "../../../stories/support/ledger.ts";
import { until } from "../../../stories/support/wait.ts";
import { ackedBy, metricsOf, publishAll, readyz, withPlant } from "../plant.ts";
import type { checklist } from "../promise.ts";
import { followJournal, watchDrain } from "./drain-order.ts";
import { stripOf } from "./strip.ts";

/** One way for the telemetry store to be away. */
export type Outage = {
  name: string;
  environment: NodeJS.ProcessEnv;
  /** It hangs, where it can; then it is gone. */
  begin(): void;
  worsen(): Promise<void>;
  end(): Promise<void>;
};

const MB = 1_048_576;
/** What one group and a write-ahead log may add to the bound. */
const SLACK_BYTES = 9 * MB;
const NOTICED_WITHIN_MS = 6_000;
/** The slowest stretch before the refusals, as part of the rate before: pauses of up to a second lie between commits. */
const SLOWED_TO = 0.5;

type Options = {
  check: ReturnType<typeof checklist>;
  journalMb: number;
  lastsMs: number | null;
  pauseMs: number;
  inFlight: number;
};

/**
 * The store goes away under load. Devices are acknowledged from the journal; where the outage outlasts it (`lastsMs`
 * null), they are slowed, then refused. Then the store comes back and all of it drains in the order in which it came.
 */
export async function outlast(outage: Outage, options: Options): Promise<Audit & { note: string }> {
  const { journalMb, lastsMs, pauseMs, inFlight } = options;
  const expect = (holds: boolean, what: string) => options.check.expect(holds, `${outage.name}: ${what}`);
  const environment = { ...outage.environment, JOURNAL_MAX_MB: String(journalMb) };
  return withPlant(4, environment, async (product, machines) => {
    const ledgers = publishAll(product.mqttPort, machines, { pauseMs, inFlight });
    const followed = followJournal(product, ledgers[0]!);
    await until("the stream to run", () => ackedBy(ledgers) > 300);
    const beganAt = Date.now();
    const before = ackedBy(ledgers);
    outage.begin();
    const noticed = await until("/readyz to say so", async () => {
      const state = await readyz(product);
      return state.status === 503 && !state.store.ready && state;
    });
    const noticedMs = Date.now() - beganAt;
    expect(noticedMs < NOTICED_WITHIN_MS, `/readyz took ${noticedMs} ms to notice`);
    expect(Math.abs((noticed.store.since ?? 0) - beganAt) < 5_000, "/readyz is wrong about since when");
    await outage.worsen();
    const strip = stripOf(product);
    const refused = async () => (await metricsOf(product)).get("millwright_broker_uplink_failed") ?? 0;
    const rates: number[] = [];
    for (let acked = ackedBy(ledgers); ; ) {
      await delay(500);
      rates.push(ackedBy(ledgers) - acked);
      acked = ackedBy(ledgers);
      if (lastsMs === null ? (await refused()) > 0 : Date.now() - beganAt > lastsMs) break;
      if (Date.now() - beganAt > (lastsMs ?? 60_000) + 1_000) throw new Error("the journal never got full");
    }
    const downMs = Date.now() - beganAt;
    const waited = (await readyz(product)).waiting ?? 0;
    const kept = ackedBy(ledgers) - before;
    expect(
      waited > 0 && waited >= kept / 2,
      `/readyz says ${waited} wait, ${kept} were acknowledged meanwhile`,
    );
    const said = await strip;
    expect(/not stored since/.test(said) && /[1-9][\d., ]* messages/.test(said), `the pages say: "${said}"`);
    if (lastsMs === null) {
      const held = (await metricsOf(product)).get("millwright_broker_uplink_held_bytes") ?? 0;
      expect(held < journalMb * MB + SLACK_BYTES, `the journal grew to ${held} bytes`);
      const slowest = Math.min(...rates.slice(1));
      expect(slowest < SLOWED_TO * Math.max(...rates), `nobody was slowed before the refusals: ${rates}`);
    } else expect((await refused()) === 0, "devices were refused though the journal had room");
    await outage.end();
    const drainFrom = Date.now();
    const full = ackedBy(ledgers);
    const drained = watchDrain(product, ledgers[0]!, followed, Math.max(60_000, downMs));
    await until("acknowledgements again", () => ackedBy(ledgers) > full, 60_000);
    await Promise.all(ledgers.map((ledger) => ledger.stop()));
    const drain = await drained;
    await product.settled();
    await followed.stop();
    const drainMs = Date.now() - drainFrom;
    expect(
      drain.overtaken === 0,
      `${drain.overtaken} readings were overtaken by later ones while it drained`,
    );
    expect(drain.steppedBack === 0, `the offset stepped back ${drain.steppedBack} times`);
    if (lastsMs !== null) expect(drainMs < downMs / 3, `${downMs} ms down, but drained in ${drainMs} ms`);
    const s = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
    const bound = lastsMs === null ? `, ${await refused()} refused at the bound` : "";
    const note = `${outage.name}: down ${s(downMs)}, noticed after ${s(noticedMs)}, ${waited} waited${bound}, drained in ${s(drainMs)} (${drain.looks} looks)`;
    return { ...(await audit(product.admin, ledgers)), note };
  });
}

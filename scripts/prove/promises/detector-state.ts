import type { Machine } from "../../../stories/support/plant.ts";
import type { Product } from "../../../stories/support/product.ts";
import { until } from "../../../stories/support/wait.ts";
import { device, insist, withPlant } from "../plant.ts";
import { checklist, type Proof } from "../promise.ts";

type AlarmRow = { assetId: string; type: string; level: string | null; onsetAt?: number; openedAt?: number };
const READINGS = 600;

/** A stream with excursions of several lengths: what a detector says depends on what it remembers. */
const pressureAt = (n: number) => {
  const phase = n % 150;
  if (phase > 60 && phase < 90) return 8.3 + (phase % 7) / 100;
  if (phase > 110 && phase < 114) return 9.3;
  return 5 + Math.sin(n / 9);
};

async function play(product: Product, machine: Machine, killAt: readonly number[]): Promise<string[]> {
  const client = await device(product.mqttPort, machine);
  const startMs = Date.UTC(2026, 0, 5);
  for (let n = 0; n < READINGS; n++) {
    await insist(client, JSON.stringify({ ts: startMs + n * 1000, values: { pressure: pressureAt(n) } }));
    if (!killAt.includes(n)) continue;
    await until("ingest to run", () => product.pid("ingest") !== undefined);
    product.kill("ingest");
  }
  await client.endAsync();
  await product.settled();
  // Findings travel on to the portal a moment after the points.
  let before = "";
  return until("the alarms to rest", async () => {
    const alarms = await product.admin.all<AlarmRow>(`/alarms?state=all&assetId=${machine.assetId}`);
    const told = alarms
      .filter(({ assetId }) => assetId === machine.assetId)
      .map((alarm) => JSON.stringify({ ...facts(alarm) }))
      .sort();
    const same = told.join() === before && told.length > 0;
    before = told.join();
    return same && told;
  });
}

const IDS = new Set(["id", "assetId", "assetName", "deviceId", "ticketId", "ticketNumber"]);
/** All an alarm says but whose it is and when it was heard. */
const facts = (alarm: AlarmRow) =>
  Object.fromEntries(
    Object.entries(alarm).filter(
      ([key]) => !IDS.has(key) && !/receiv|raised|heard|updated|created/i.test(key),
    ),
  );

export const detectorState: Proof = {
  title: "detectors say the same with and without a kill in mid-stream",
  prove: ({ random, long }) =>
    withPlant(2, {}, async (product, [undisturbed, disturbed]) => {
      const { failures, expect } = checklist();
      const expected = await play(product, undisturbed, []);
      const killAt = Array.from({ length: long ? 40 : 3 }, () => Math.floor(random() * READINGS));
      const found = await play(product, disturbed!, killAt);
      expect(expected.length > 0, "the stream raised no alarm");
      const missing = expected.filter((alarm) => !found.includes(alarm));
      const extra = found.filter((alarm) => !expected.includes(alarm));
      if (missing.length > 0) failures.push(`missing ${missing[0]}`);
      if (extra.length > 0) failures.push(`instead ${extra[0]}`);
      const note = `${expected.length} alarms undisturbed, ${found.length} with ${killAt.length} kills`;
      const phantom = Math.max(0, extra.length - missing.length);
      return { attempts: READINGS, lost: missing.length, doubled: 0, phantom, failures, note };
    }),
};

import type { Machine } from "../../../stories/support/plant.ts";
import type { Product } from "../../../stories/support/product.ts";
import { device, insist } from "../plant.ts";

const HOUR_MS = 3_600_000;
const at = (text: string) => Date.parse(text);

/** A device's time stamp, and what is to become of it: kept, or replaced by the receive time; and the mark it gets. */
type Stamp = { what: string; ts: number; kept: boolean; note: "clock-ahead" | "clock-implausible" | null };

const odd = (nowMs: number): Stamp[] => [
  { what: "an hour ahead", ts: nowMs + HOUR_MS, kept: true, note: "clock-ahead" },
  { what: "the year 2100", ts: at("2100-01-01T00:00:00Z"), kept: false, note: "clock-implausible" },
  { what: "1970", ts: 1_000, kept: false, note: "clock-implausible" },
  { what: "seconds", ts: Math.floor(nowMs / 1000), kept: false, note: "clock-implausible" },
  { what: "microseconds", ts: nowMs * 1000, kept: false, note: "clock-implausible" },
  { what: "four minutes ahead", ts: nowMs + 240_000, kept: true, note: null },
];

/** Local time jumps or repeats, UTC does not: each is one point, at its own time. */
const CALENDAR = [
  "2025-03-30T00:59:59.999Z", // Europe/Berlin: 01:59:59, then 03:00
  "2025-03-30T01:00:00.000Z",
  "2025-10-26T00:30:00.000Z", // 02:30 the first time
  "2025-10-26T01:30:00.000Z", // 02:30 the second time
  "2016-12-31T23:59:59.999Z", // then the leap second, which no epoch time has
  "2017-01-01T00:00:00.000Z",
].map(at);

export const ODD_STAMPS = odd(0).length + 1;

/** Nanoseconds are beyond what a date can be; 23:59:60 is text. */
const REFUSED = [
  '{"ts":1790000000000000000,"values":{"flow":1}}',
  '{"ts":"2016-12-31T23:59:60Z","values":{"flow":1}}',
];

type Latest = { values: { tag: string; value: number; time: number; note: string | null }[] };
type Series = { series: { points: { time: number; count: number }[] }[] };

/** Sends each stamp from a machine of its own, while the server's clock is right. Returns how many, and what is wrong. */
export async function provenStamps(product: Product, machines: readonly Machine[]) {
  const failures: string[] = [];
  const stamps = odd(Date.now());
  const sentAt = Date.now();
  for (const [i, { ts }] of stamps.entries()) {
    const client = await device(product.mqttPort, machines[i]!);
    await insist(client, JSON.stringify({ ts, values: { flow: 7 } }));
    await client.endAsync();
  }
  const calendar = machines[stamps.length]!;
  const client = await device(product.mqttPort, calendar);
  for (const ts of CALENDAR) await insist(client, JSON.stringify({ ts, values: { flow: 7 } }));
  for (const payload of REFUSED) await insist(client, payload);
  await client.endAsync();
  await product.settled();
  for (const [i, { what, ts, kept, note }] of stamps.entries()) {
    const { values } = await product.admin.get<Latest>(`/assets/${machines[i]!.assetId}/latest`);
    const found = values.find(({ tag }) => tag === "flow");
    const right = found && (kept ? found.time === ts : Math.abs(found.time - sentAt) < 30_000);
    if (!right) failures.push(`${what}: stored at ${found ? new Date(found.time).toISOString() : "no time"}`);
    else if (found.note !== note) failures.push(`${what}: marked "${found.note}"`);
  }
  for (const ts of CALENDAR) {
    const { series } = await product.admin.get<Series>(
      `/assets/${calendar.assetId}/series?tags=flow&from=${ts}&to=${ts + 1}&buckets=1`,
    );
    const count = series[0]?.points.reduce((sum, point) => sum + point.count, 0) ?? 0;
    if (count !== 1) failures.push(`${new Date(ts).toISOString()}: ${count} points`);
  }
  const rejected = await product.admin.all<{ deviceId: string; reason: string }>(
    "/rejected-messages?limit=200",
  );
  const refused = rejected.filter(
    ({ deviceId, reason }) => deviceId === calendar.deviceId && reason.startsWith("bad-timestamp"),
  );
  if (refused.length !== REFUSED.length)
    failures.push(`${refused.length} of ${REFUSED.length} impossible times refused`);
  return { sent: stamps.length + CALENDAR.length + REFUSED.length, failures };
}

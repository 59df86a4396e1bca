import type { UplinkRecord } from "@millwright/shared/wire/uplink-record";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { createLive } from "./live.ts";
import { Installation, model, tag } from "./testing/plant.ts";
import { memoryCatalog, telemetry } from "./testing/ports.ts";

const T0 = 1_790_000_000_000;
const PUMP = model(
  [
    tag("speed", { flatLine: false, residual: false }),
    tag("p", { limits: { high: 50, highHigh: 80, onDelayMs: 20_000 }, maxRatePerS: 50, resolution: 0.1 }),
    tag("t", { residual: { calibrationSamples: 20, holdSamples: 2 } }),
  ],
  { running: { all: [{ tag: "speed", above: 10 }], settleMs: 0 } },
);
const catalog = () =>
  memoryCatalog([
    { id: "d1", model: PUMP },
    { id: "d2", model: PUMP },
  ]);

const made: Installation[] = [];
const installation = () => {
  const one = new Installation(catalog());
  made.push(one);
  return one;
};
afterEach(() => {
  for (const one of made.splice(0)) one.remove();
});

/** A seeded stretch of life: two devices, values that cross limits, freezes, repeats, late, refused and unstamped messages. */
function life(seed: number, length: number): UplinkRecord[] {
  let state = seed + 1;
  const random = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const records: UplinkRecord[] = [];
  let at = T0;
  let high = false;
  for (let i = 0; i < length; i++) {
    at += random() < 0.02 ? 900_000 : 10_000;
    if (random() < 0.05) high = !high;
    const id = random() < 0.8 ? "d1" : "d2";
    const values = {
      speed: random() < 0.1 ? 0 : 20,
      p: high ? 60 + 30 * random() : 20 + random(),
      t: random() < 0.5 ? 20 : 90 * random(),
    };
    const kind = random();
    if (kind < 0.05)
      records.push({
        kind: "presence",
        receivedAt: at,
        deviceId: id,
        event: random() < 0.7 ? "connected" : "will",
      });
    else if (kind < 0.1) records.push(telemetry(id, at, '{"p":"high"}'));
    else if (kind < 0.2) records.push(telemetry(id, at, values));
    else if (kind < 0.25) records.push(telemetry(id, at, { ts: at - 60_000, values }));
    else records.push(telemetry(id, at, { ts: at, values }));
    if (kind > 0.95) records.push(records.at(-1)!);
  }
  return records;
}

const ids = (one: Installation) => [...new Set(one.found().map((f) => f.id))].sort();
const points = (one: Installation) =>
  [...one.store.points].map(([k, v]) => `${k} ${v.value} ${v.grade}`).sort();

test("killed or stopped at any record, it ends with the same points, findings, rejections and counts", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(10_000),
      fc.array(fc.tuple(fc.nat(120), fc.constantFrom("kill" as const, "stop" as const)), { maxLength: 4 }),
      async (seed, ends) => {
        const records = life(seed, 120);
        const [whole, broken] = [installation(), installation()];
        whole.send(records);
        broken.send(records);
        await whole.runTo(records.length, "stop");
        for (const [through, end] of [...ends].sort((a, b) => a[0] - b[0])) await broken.runTo(through, end);
        await broken.runTo(records.length, "stop");
        expect(points(broken)).toEqual(points(whole));
        expect(ids(broken)).toEqual(ids(whole));
        const [a, b] = [whole.start(), broken.start()];
        expect(b.world.totals).toEqual(a.world.totals);
        const refused = (w: typeof a) => w.rejects.list({ limit: 1000 }).map(({ id: _, ...rest }) => rest);
        expect(refused(b)).toEqual(refused(a));
        const kept = (w: typeof a) => [...w.world.devices.values()].map((d) => d.kept);
        expect(kept(b)).toEqual(kept(a));
        for (const one of [a, b]) {
          await one.pipeline.stop();
          one.db.close();
        }
      },
    ),
    { numRuns: 15 },
  );
}, 60_000);

test("the same records do find something to lose", async () => {
  const one = installation();
  one.send(life(1, 400));
  await one.runTo(2_000, "stop");
  const kinds = new Set(one.found().map((f) => `${f.detector} ${f.kind}`));
  expect([...kinds]).toEqual(
    expect.arrayContaining(["limit raised", "limit cleared", "limit escalated", "offline raised"]),
  );
  expect(one.store.points.size).toBeGreaterThan(900);
});

test("messages = understood + rejected, samples = stored + repeated + rewritten, also in the store's own count", async () => {
  const one = installation();
  const records = life(7, 300);
  one.send([...records, telemetry("nobody", T0, { p: 1 })]);
  const { pipeline, world, db } = one.start();
  await pipeline.drained();
  const { totals } = world;
  expect(totals.messages).toBe(totals.messagesUnderstood! + totals.messagesRejected!);
  expect(totals.messages! + totals.presence!).toBe(one.uplink.head());
  expect(totals.samplesStored! + totals.samplesRewritten! + totals.samplesRepeated!).toBe(
    [...world.devices.values()].reduce((sum, d) => sum + d.kept.counters.samples, 0),
  );
  expect(one.store.points.size).toBeLessThanOrEqual(totals.samplesStored! + totals.samplesRewritten!);
  expect(totals["refused.unknown-device"]).toBe(1);
  await pipeline.stop();
  db.close();
});

describe("a store that does not answer", () => {
  test("loses nothing, says so, and takes all when it is back", async () => {
    const one = installation();
    one.send(life(3, 50));
    one.store.failure = new Error("no answer");
    const { pipeline, db } = one.start();
    await expect.poll(() => pipeline.trouble().store).toContain("no answer");
    expect(one.offsets).toEqual([]);
    one.store.failure = null;
    await pipeline.drained();
    expect(pipeline.trouble().store).toBeNull();
    expect(one.store.points.size).toBeGreaterThan(100);
    await pipeline.stop();
    db.close();
  });
  test("does not keep it from stopping, nor is an offset reported that is not stored", async () => {
    const one = installation();
    one.send(life(3, 50));
    one.store.failure = new Error("no answer");
    const { pipeline, db } = one.start();
    await expect.poll(() => pipeline.trouble().store).not.toBeNull();
    await pipeline.stop();
    db.close();
    expect(one.offsets).toEqual([]);
    expect(one.store.offset()).toBe(0);
  });
});

test("findings a journal refused are appended again, in order, before the offset moves", async () => {
  const [whole, one] = [installation(), installation()];
  const records = life(5, 200);
  for (const each of [whole, one]) each.send(records);
  await whole.runTo(records.length, "stop");
  one.findings.failure = new Error("disk full");
  const { pipeline, db } = one.start();
  await expect.poll(() => pipeline.trouble().journal).toContain("disk full");
  one.findings.failure = null;
  await pipeline.drained();
  await pipeline.stop();
  db.close();
  const firstSeen = (found: string[]) => [...new Set(found)];
  expect(firstSeen(one.found().map((f) => f.id))).toEqual(firstSeen(whole.found().map((f) => f.id)));
});

test("a store that starts empty is filled from what the journal still has, without judging it twice", async () => {
  const one = installation();
  const records = life(11, 100);
  one.send(records);
  await one.runTo(60, "stop");
  const before = one.found().length;
  const stored = new Map(one.store.points);
  one.store.points.clear();
  one.store.newest.clear();
  Reflect.set(one.store, "through", 0);
  await one.runTo(60, "stop");
  expect(one.found().length).toBe(before);
  expect(new Map([...one.store.points].sort())).toEqual(new Map([...stored].sort()));
});

test("a reader sees a value before it is stored", async () => {
  const one = installation();
  one.store.failure = new Error("no answer");
  const { pipeline, live, db } = one.start();
  const seen = new Promise((resolve) => live.subscribe((batch) => resolve(batch.values)));
  one.send([telemetry("d1", T0, { ts: T0, values: { p: 101 } })]);
  pipeline.wake();
  expect(await seen).toEqual([
    { device: "d1", tag: "p", time: T0, value: 101, quality: "bad", note: "above-span", listed: true },
  ]);
  await pipeline.stop();
  db.close();
  createLive(() => 0).close();
});

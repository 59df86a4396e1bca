import type { Finding } from "@millwright/shared/domain/finding";
import { GRADES } from "@millwright/shared/domain/quality";
import type { UplinkRecord } from "@millwright/shared/wire/uplink-record";
import { describe, expect, test } from "vitest";
import { model, tag, understand } from "./testing/plant.ts";
import { memoryCatalog, telemetry } from "./testing/ports.ts";

/** The sensor and communication faults X1–X9 of the plant, each with what may and what must not be said about it. */
const T0 = 1_790_000_000_000;
const S = 1_000;
const MIN = 60 * S;
const HOUR = 60 * MIN;
const PUMP = model([
  tag("p", { limits: { high: 80 }, maxRatePerS: 5, resolution: 0.1 }),
  tag("q", { residual: false, resolution: 0.1 }),
]);
const fleet = () => understand(memoryCatalog([{ id: "d1", model: PUMP }]));
const said = (findings: readonly Finding[]) => findings.map((f) => `${f.kind} ${f.alarmType} P${f.priority}`);
const wobble = (i: number) => 20 + (i % 7) / 10;

/** One healthy message every 10 s from `from` to `to` (receive time), changed by `change`. */
function messages(
  from: number,
  to: number,
  change: (i: number, at: number) => { ts?: number; p?: number; q?: number } | null = () => ({}),
) {
  const records: UplinkRecord[] = [];
  for (let at = from, i = 0; at < to; at += 10 * S, i++) {
    const { ts = at, ...values } = change(i, at) ?? { skip: 1 };
    if (!("skip" in values))
      records.push(telemetry("d1", at, { ts, values: { p: wobble(i), q: wobble(i + 3), ...values } }));
  }
  return records;
}
function run(records: readonly UplinkRecord[], until = 0) {
  const one = fleet();
  for (const record of records) one.handle(record);
  if (until > 0) for (let at = one.world.clock; at <= until; at += S) one.tick(at);
  return one;
}

test("healthy: nothing is said", () => {
  expect(said(run(messages(T0, T0 + HOUR)).findings)).toEqual([]);
});

test("X1 stuck: one P4 for that tag, since the value stood still", () => {
  const { findings } = run(messages(T0, T0 + HOUR, (i) => (i >= 100 ? { p: 33.3 } : {})));
  expect(said(findings)).toEqual(["raised p:flat-line P4"]);
  expect(findings[0]).toMatchObject({ onset: T0 + 1000 * S, tag: "p" });
});

test("X3 spikes: bad, counted, hidden from the limit; P4 from fifty a day, gone after a good day", () => {
  const spiky = (perHour: number) => (i: number) => (i % Math.round(360 / perHour) === 5 ? { p: 100 } : {});
  const few = run(messages(T0, T0 + 6 * HOUR, spiky(6)));
  expect(few.samples.filter((s) => s.grade === GRADES.spike)).toHaveLength(36);
  expect(said(few.findings)).toEqual([]);
  const day = 24 * HOUR;
  const start = Math.ceil(T0 / day) * day;
  const many = run([
    ...messages(start, start + day, spiky(6)),
    ...messages(start + day, start + 2 * day + HOUR),
  ]);
  expect(said(many.findings)).toEqual(["raised p:spikes P4", "cleared p:spikes P4"]);
  expect(many.findings[1]!.at).toBe(start + 2 * day);
});

test("X4 open circuit: bad at once, P3 after twenty, one spike and no limit alarm", () => {
  const one = run(messages(T0, T0 + HOUR, (i) => (i >= 50 && i < 200 ? { p: 120 } : {})));
  expect(one.samples.filter((s) => s.tag === "p" && s.grade === GRADES["above-span"])).toHaveLength(150);
  expect(said(one.findings)).toEqual(["raised p:out-of-span P3", "cleared p:out-of-span P3"]);
});

describe("X5 clock", () => {
  const skewed = (skewMs: number) => run(messages(T0, T0 + 10 * MIN, (_, at) => ({ ts: at + skewMs })));
  test("seven minutes ahead: uncertain at its own time, skew known, no alarm", () => {
    const { samples, findings, world } = skewed(7 * MIN);
    expect(new Set(samples.map((s) => s.grade))).toEqual(new Set([GRADES["clock-ahead"]]));
    expect(samples[0]!.at).toBe(T0 + 7 * MIN);
    expect(world.devices.get("d1")!.kept.skew.ms).toBe(7 * MIN);
    expect(said(findings)).toEqual([]);
  });
  test.each([
    ["1970", -T0],
    ["next year", 365 * 24 * HOUR],
  ])("%s: kept at the receive time, P4", (_, skewMs) => {
    const { samples, findings } = skewed(skewMs);
    expect(samples.map((s) => s.grade)).toEqual(samples.map(() => GRADES["clock-implausible"]));
    expect(samples.filter((s) => s.tag === "p").map((s) => s.at)).toEqual(
      messages(T0, T0 + 10 * MIN).map((r) => r.receivedAt),
    );
    expect(said(findings)).toEqual(["raised device:clock P4"]);
  });
  test("set right after running ahead: judged again at once", () => {
    const { findings } = run(
      messages(T0, T0 + HOUR, (i, at) => (i < 60 ? { ts: at + 20 * MIN } : { p: i < 70 ? 20 : 90 })),
    );
    expect(said(findings)).toContain("raised p:high P2");
    expect(findings.find((f) => f.alarmType === "p:high")!.at).toBeLessThan(T0 + 12 * MIN);
  });
});

test("X6 gap filled later: offline meanwhile, then the old event is told as old", () => {
  const live = messages(T0, T0 + 10 * MIN);
  const backlog = messages(T0 + 10 * MIN, T0 + 35 * MIN, (i) => (i >= 60 ? { p: 90 + (i % 3) } : {})).map(
    (r, i) => ({
      ...r,
      receivedAt: T0 + 35 * MIN + i * 250,
    }),
  );
  const one = run(live, T0 + 35 * MIN - S);
  for (const record of backlog) one.handle(record);
  const { findings, samples } = one;
  expect(said(findings)).toEqual([
    "raised device:offline P3",
    "cleared device:offline P3",
    "raised p:high P2",
  ]);
  expect(findings[2]).toMatchObject({ backfilled: true });
  expect(samples.filter((s) => s.tag === "p")).toHaveLength(210);
});

test("X7 duplicates, also re-ordered: no second alarm, nothing judged twice", () => {
  const once = messages(T0, T0 + HOUR, (i) => (i > 100 ? { p: 90 + (i % 3) } : {}));
  const shuffled = once.flatMap((r, i) =>
    i > 5 ? [r, r, { ...once[i - 5]!, receivedAt: r.receivedAt }, r] : [r],
  );
  const [a, b] = [run(once), run(shuffled)];
  expect(b.findings.map((f) => f.id)).toEqual(a.findings.map((f) => f.id));
  const keys = (list: typeof a.samples) => new Set(list.map((s) => `${s.tag} ${s.at} ${s.value}`));
  expect(keys(b.samples)).toEqual(keys(a.samples));
});

test("X9 brown-out loop: flapping is held as one alarm until ten minutes after the last connect", () => {
  const connects = Array.from(
    { length: 40 },
    (_, i): UplinkRecord => ({
      kind: "presence",
      receivedAt: T0 + i * 30 * S,
      deviceId: "d1",
      event: "connected",
    }),
  );
  const last = connects.at(-1)!.receivedAt;
  const { findings } = run([...connects, ...messages(last + S, last + 20 * MIN)]);
  expect(said(findings)).toEqual(["raised device:flapping P3", "cleared device:flapping P3"]);
  expect(findings[1]!.at).toBe(last + 10 * MIN);
});

test("missing: the device speaks, one tag does not; a pause of the whole device is no missing tag", () => {
  const half = (from: number, to: number) =>
    messages(from, to).map((r) =>
      telemetry("d1", r.receivedAt, { ts: r.receivedAt, values: { q: wobble(r.receivedAt / S / 10) } }),
    );
  const gone = run([
    ...messages(T0, T0 + 10 * MIN),
    ...half(T0 + 10 * MIN, T0 + 30 * MIN),
    ...messages(T0 + 30 * MIN, T0 + 31 * MIN),
  ]);
  expect(said(gone.findings)).toEqual(["raised p:missing P4", "cleared p:missing P4"]);
  const paused = run([...messages(T0, T0 + 10 * MIN), ...half(T0 + 3 * HOUR, T0 + 3 * HOUR + 4 * MIN)]);
  expect(said(paused.findings).filter((f) => f.includes("missing"))).toEqual([]);
});

describe("offline", () => {
  test("is announced at its deadline, whoever looks when, and cleared by the next sign of life", () => {
    const [byTicks, byRecords] = [
      run(messages(T0, T0 + 10 * MIN), T0 + HOUR),
      run([...messages(T0, T0 + 10 * MIN), ...messages(T0 + 16 * MIN, T0 + 17 * MIN)]),
    ];
    expect(said(byTicks.findings)).toEqual(["raised device:offline P3"]);
    expect(byTicks.findings[0]).toMatchObject({
      at: T0 + 15 * MIN - 10 * S,
      onset: T0 + 10 * MIN - 10 * S,
      backfilled: false,
    });
    expect(said(byRecords.findings)).toEqual([]);
  });
  test("a night in which nobody watched raises nobody", () => {
    expect(
      said(run([...messages(T0, T0 + HOUR), ...messages(T0 + 9 * HOUR, T0 + 10 * HOUR)]).findings),
    ).toEqual([]);
  });
});

import { describe, expect, test } from "vitest";
import { model, tag, understand } from "./testing/plant.ts";
import { memoryCatalog, telemetry } from "./testing/ports.ts";

const T0 = 1_790_000_000_000;
const S = 1_000;
const quiet = { flatLine: false, residual: false } as const;
const TAGS = [
  tag("speed", quiet),
  tag("p", { ...quiet, limits: { high: 80, highHigh: 90 } }),
  tag("oil", { ...quiet, limits: { low: 10 }, judgeAlways: true }),
];
const RULE = { running: { all: [{ tag: "speed", above: 10 }], settleMs: 60 * S } };
const PUMP = model(TAGS, RULE);

type Row = [seconds: number, values: Record<string, number>];
function run(rows: readonly Row[], pump = PUMP) {
  const catalog = memoryCatalog([{ id: "d1", model: pump }]);
  const one = understand(catalog);
  const feed = (more: readonly Row[]) => {
    for (const [s, values] of more) one.handle(telemetry("d1", T0 + s * S, { ts: T0 + s * S, values }));
  };
  feed(rows);
  const said = () => one.findings.map((f) => `${(f.at - T0) / S} ${f.kind} ${f.alarmType} P${f.priority}`);
  return { ...one, catalog, feed, said };
}

describe("operating mode", () => {
  const running = (from: number, to: number, p: number): Row[] =>
    Array.from({ length: (to - from) / 10 }, (_, i) => [from + i * 10, { speed: 20, p }]);
  test("process limits apply ten seconds and the settling time after the machine runs", () => {
    expect(run(running(0, 120, 85)).said()).toEqual(["70 raised p:high P2"]);
  });
  test("a standing machine is not judged, but what is judged always is", () => {
    const rows: Row[] = Array.from({ length: 60 }, (_, i) => [i * 10, { speed: 0, p: 95, oil: 5 }]);
    expect(run(rows).said()).toEqual(["0 raised oil:low P2"]);
  });
  test("an alarm holds while the machine stands, and clears on evidence while it runs", () => {
    const stands: Row[] = Array.from({ length: 20 }, (_, i) => [200 + i * 10, { speed: 0, p: 20 }]);
    expect(run([...running(0, 200, 85), ...stands, ...running(400, 600, 20)]).said()).toEqual([
      "70 raised p:high P2",
      "470 cleared p:high P2",
    ]);
  });
  test("when nobody knows whether it runs, it is not judged", () => {
    const unknown: Row[] = Array.from({ length: 25 }, (_, i) => [200 + i * 10, { p: 95 }]);
    const said = run([...running(0, 200, 20), ...unknown]).said();
    // The last speed is from 190 s: known for ten of its intervals.
    expect(said).toEqual(["200 raised p:high P1"]);
    expect(run([...running(0, 200, 20), ...unknown.slice(15)]).said()).toEqual([]);
  });
  test("samples ten minutes apart, as a recording may have them, are judged all the same", () => {
    expect(run([0, 600, 1200].map((s): Row => [s, { speed: 20, p: 85 }])).said()).toEqual([
      "600 raised p:high P2",
    ]);
  });
});

describe("priority", () => {
  const always = (more: Parameters<typeof model>[1]) =>
    model(
      TAGS.map((t) => ({ ...t, judgeAlways: true })),
      more,
    );
  test("high-high is urgent from the first", () => {
    expect(run([[0, { p: 95 }]], always({})).said()).toEqual(["0 raised p:high P1"]);
    expect(
      run(
        [
          [0, { p: 85 }],
          [10, { p: 95 }],
          [20, { p: 85 }],
          [30, { p: 10 }],
        ],
        always({}),
      ).said(),
    ).toEqual(["0 raised p:high P2", "10 escalated p:high P1", "20 eased p:high P2", "30 cleared p:high P2"]);
  });
  test("a failure mode that lists the alarm decides, one more urgent at high-high", () => {
    const modes = { failureModes: [{ code: "F", title: "t", priority: 4 as const, symptoms: ["p:high"] }] };
    expect(
      run(
        [
          [0, { p: 85 }],
          [10, { p: 95 }],
        ],
        always(modes),
      ).said(),
    ).toEqual(["0 raised p:high P4", "10 escalated p:high P3"]);
  });
});

test("a limit taken out of the model takes its alarm along; the other detectors keep what they know", () => {
  const always = TAGS.map((t) => ({ ...t, judgeAlways: true }));
  const one = run([[0, { p: 95, oil: 5 }]], model(always));
  one.catalog.set([
    { id: "d1", model: model(always.map((t) => (t.key === "p" ? { ...t, limits: undefined } : t))) },
  ]);
  one.feed([[10, { p: 95, oil: 5 }]]);
  expect(one.said()).toEqual(["0 raised p:high P1", "0 raised oil:low P2", "0 cleared p:high P2"]);
});

test("a device cannot fill the memory with tags nobody has listed", () => {
  const one = run([]);
  for (let i = 0; i < 30; i++) {
    one.handle(
      telemetry("d1", T0 + i, Object.fromEntries(Array.from({ length: 100 }, (_, k) => [`t${i}_${k}`, 1]))),
    );
  }
  expect(one.world.devices.get("d1")!.series.size).toBe(1_000);
  expect(one.rejected.length).toBe(20);
  one.feed([[10, { p: 20 }]]);
  expect(one.samples.at(-1)).toMatchObject({ tag: "p", value: 20 });
});

test("readings without a time stamp get the receive time, each later than the one before", () => {
  const one = run([]);
  one.handle(telemetry("d1", T0, [{ p: 1 }, { p: 2 }, { p: 3 }]));
  one.handle(telemetry("d1", T0, { p: 4 }));
  one.handle(telemetry("d1", T0 + 10, { p: 5 }));
  expect(one.samples.map((s) => [s.at - T0, s.value])).toEqual([
    [0, 1],
    [1, 2],
    [2, 3],
    [3, 4],
    [10, 5],
  ]);
});

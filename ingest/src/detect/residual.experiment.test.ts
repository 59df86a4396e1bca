import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { tag } from "../testing/plant.ts";
import type { Step } from "./detector.ts";
import { residualDetector } from "./residual.ts";

/**
 * The residual test's one set of defaults on real recordings. Prints what it finds; the bounds below are what the
 * product promises, a little under what was measured, so that a change for the worse is seen.
 */
const DATA = resolve(process.env.MILLWRIGHT_DATA ?? join(import.meta.dirname, "../../../../shared/data"));
const there = existsSync(join(DATA, "ims-bearing-dev"));
if (!there) process.stdout.write(`residual experiment skipped: no recordings in ${DATA} (MILLWRIGHT_DATA)\n`);
const say = (line: string) => process.stdout.write(`${line}\n`);

type Point = { at: number; value: number };
type Span = { low: number; high: number };

function steps(points: readonly Point[], span: Span, expectedIntervalMs: number): Step[] {
  const detector = residualDetector(tag("x", { span, expectedIntervalMs }))!;
  const state = detector.start();
  return points.flatMap(({ at, value }) => detector.step(state, at, value, true) ?? []);
}
const raised = (list: readonly Step[]) => list.filter((s) => s.kind === "raised").map((s) => s.at);
const lines = (text: string) => text.trim().split("\n");
const inTar = (archive: string, name: string) =>
  execFileSync("tar", ["-xzOf", join(DATA, archive), name], { encoding: "utf8", maxBuffer: 64_000_000 });

describe.skipIf(!there)("residual test with its defaults", () => {
  test("IMS bearing run: the failing bearing first, about 70 h before the end", () => {
    const rows = lines(
      gunzipSync(readFileSync(join(DATA, "ims-bearing-dev/bearing_test_2.csv.gz"))).toString(),
    )
      .slice(1)
      .map((line) => line.split(","));
    const end = Date.parse(`${rows.at(-1)![0]}Z`);
    const leadH = [1, 2, 3, 4].map((column) => {
      const points = rows.map((row) => ({
        at: Date.parse(`${row[0]}Z`),
        value: Number(row[column]) * 9.80665,
      }));
      const first = raised(steps(points, { low: 0, high: 50 }, 600_000))[0];
      return first === undefined ? 0 : (end - first) / 3_600_000;
    });
    say(
      `IMS test 2, hours before the end: ${leadH.map((h, i) => `bearing ${i + 1} ${h.toFixed(1)}`).join(", ")}`,
    );
    expect(leadH[0]).toBeGreaterThan(68);
    expect(Math.max(...leadH.slice(1))).toBeLessThan(leadH[0]! - 12);
  });

  test("SKAB rig runs: most raise after the fault begins", () => {
    const spans: Span[] = [
      { low: 0, high: 5 },
      { low: 0, high: 5 },
      { low: 0, high: 10 },
      { low: -1, high: 9 },
      { low: 0, high: 150 },
      { low: 0, high: 100 },
      { low: 0, high: 400 },
      { low: 0, high: 200 },
    ];
    const names = lines(
      execFileSync("tar", ["-tzf", join(DATA, "skab-dev/skab-dev.tar.gz")], { encoding: "utf8" }),
    );
    const runs = names.filter((name) => name.endsWith(".csv") && !name.includes("anomaly-free"));
    let found = 0;
    let early = 0;
    for (const name of runs) {
      const [header, ...rows] = lines(inTar("skab-dev/skab-dev.tar.gz", name)).map((line) => line.split(";"));
      const start = Date.parse(`${rows.find((row) => Number(row[9]) === 1)![0]}Z`);
      const alarms = spans
        .flatMap((span, i) => {
          const points = rows.map((row) => ({ at: Date.parse(`${row[0]}Z`), value: Number(row[i + 1]) }));
          return raised(steps(points, span, 1_000)).map((at) => ({
            tag: header![i + 1],
            afterS: (at - start) / 1000,
          }));
        })
        .sort((a, b) => a.afterS - b.afterS);
      const after = alarms.find((alarm) => alarm.afterS >= 0);
      if (after) found++;
      if (alarms.some((alarm) => alarm.afterS < 0)) early++;
      const first = after
        ? `${after.tag} ${after.afterS} s after the fault began`
        : "nothing after the fault began";
      say(`SKAB ${name.slice(9)}: ${first}, ${alarms.filter((a) => a.afterS < 0).length} before`);
    }
    say(`SKAB: ${found} of ${runs.length} runs raised after the fault began, ${early} (also) before`);
    expect(found).toBeGreaterThanOrEqual(14);
    expect(early).toBeLessThanOrEqual(9);
  });

  test("NAB ambient temperature: fires in a labelled window, and nowhere else", () => {
    const name = "realKnownCause/ambient_temperature_system_failure.csv";
    const points = lines(inTar("nab-dev/nab-dev.tar.gz", `nab-dev/data/${name}`))
      .slice(1)
      .map((line) => line.split(","))
      .map(([time, value]) => ({ at: Date.parse(`${time}Z`), value: (Number(value) - 32) / 1.8 }));
    const labels = JSON.parse(readFileSync(join(DATA, "nab-dev/labels.json"), "utf8")) as Record<
      string,
      [string, string][]
    >;
    const windows = labels[name]!.map(
      ([from, to]) => [Date.parse(`${from}Z`), Date.parse(`${to}Z`)] as const,
    );
    const alarms = raised(steps(points, { low: -30, high: 60 }, 3_600_000));
    const inside = alarms.filter((at) => windows.some(([from, to]) => at >= from && at <= to));
    say(
      `NAB ambient: ${alarms.map((at) => new Date(at).toISOString()).join(", ")}; ${inside.length} in a labelled window`,
    );
    expect(inside.length).toBeGreaterThanOrEqual(1);
    expect(alarms.length - inside.length).toBe(0);
  });
});

import { expect, test } from "vitest";
import { addFault, type FaultCode } from "../fault.ts";
import {
  createTurbine,
  GT5_TAGS,
  lubePressure,
  turbineBearingTarget,
  turbinePoint,
  turbineVibration,
} from "./gt5.ts";
import { healthy, type Severity } from "./machine.ts";

test.each([
  // T, set, power, heat rate, fuel, egt, cdp, cdt, heat, total efficiency
  [15, 5200, 5200, 11_900, 17_189, 505.0, 11.07, 373.9, 8318, 0.786],
  [15, 4500, 4500, 12_363, 15_453, 460.8, 10.75, 368.4, 7282, 0.762],
  [15, 2600, 2600, 14_875, 10_743, 340.9, 9.87, 353.0, 4472, 0.658],
  [30, 5200, 4609, 12_350, 15_812, 510.3, 10.71, 401.1, 8023, 0.799],
  [35, 4500, 4420, 12_495, 15_341, 510.3, 10.59, 410.1, 7894, 0.803],
])(
  "at %i Cel, set %i kW the table's line comes out",
  (t, set, power, hr, fuel, egt, cdp, cdt, heat, total) => {
    const p = turbinePoint(set, t, healthy());
    expect(Math.abs(p.power - power)).toBeLessThan(1);
    expect(Math.abs(p.heatRate - hr)).toBeLessThan(1);
    expect(Math.abs(p.fuel - fuel)).toBeLessThan(1.5);
    expect(Math.abs(p.egt - egt)).toBeLessThan(0.1);
    expect(Math.abs(p.cdp - cdp)).toBeLessThan(0.01);
    expect(Math.abs(p.cdt - cdt)).toBeLessThan(0.15);
    expect(Math.abs(p.heat - heat)).toBeLessThan(2);
    expect(Math.abs((p.power + p.heat) / p.fuel - total)).toBeLessThan(0.001);
  },
);

function crossing(code: FaultCode, beyond: (s: Severity) => boolean): number {
  for (let step = 0; step < 40_000; step++) {
    const severity = healthy();
    addFault(code, step / 100, severity);
    if (beyond(severity)) return step / 100;
  }
  throw new Error("never crossed");
}

test("faults cross their limits on the printed days", () => {
  const near = (value: number, wanted: number, by = 0.15) =>
    expect(Math.abs(value - wanted)).toBeLessThan(by);
  near(
    crossing("G2", (s) => turbinePoint(4500, 15, s).spread > 45),
    17.1,
  );
  near(
    crossing("G2", (s) => turbinePoint(4500, 15, s).spread >= 65),
    24.0,
  );
  near(
    crossing("G5", (s) => lubePressure(s) < 1.8),
    12.3,
  );
  near(
    crossing("G5", (s) => lubePressure(s) <= 1.4),
    18.5,
  );
  near(
    crossing("G3", (s) => turbineBearingTarget(15, s) > 110),
    9.4,
  );
  near(
    crossing("G3", (s) => turbineVibration(s.bearing) > 50),
    9.9,
  );
  near(
    crossing("G3", (s) => turbineBearingTarget(15, s) >= 120),
    10.9,
  );
  near(
    crossing("G3", (s) => turbineVibration(s.bearing) > 75),
    11.6,
  );
  near(
    crossing("G4", (s) => turbinePoint(4500, 15, s).dp > 15),
    11.5,
  );
  near(
    crossing("G4", (s) => turbinePoint(4500, 15, s).dp >= 20),
    18.0,
  );
});

test("G1: fouling shows first in reachable power, then exhaust, then pressure, then heat rate", () => {
  const clean = turbinePoint(4500, 15, healthy());
  const near = (value: number, wanted: number, by: number) =>
    expect(Math.abs(value - wanted)).toBeLessThan(by);
  near(
    crossing("G1", (s) => turbinePoint(4500, 15, s).maxPower / clean.maxPower - 1 < -0.04),
    23.7,
    0.5,
  );
  near(
    crossing("G1", (s) => turbinePoint(4500, 15, s).egt - clean.egt > 15),
    31.3,
    0.5,
  );
  near(
    crossing("G1", (s) => turbinePoint(4500, 15, s).cdp / clean.cdp - 1 < -0.02),
    33.3,
    0.5,
  );
  near(
    crossing("G1", (s) => turbinePoint(4500, 15, s).heatRate / clean.heatRate - 1 > 0.015),
    56.4,
    0.5,
  );
});

const out = new Float64Array(GT5_TAGS.length);

test("a start takes eight minutes, passes the critical speed, then loads 250 kW a minute", () => {
  const machine = createTurbine(15);
  machine.advance(5, false, 4500, 15, healthy(), out);
  let criticalSeen = false;
  let seconds = 0;
  while (out[1]! < 50 && seconds < 1200) {
    machine.advance(5, true, 4500, 15, healthy(), out);
    seconds += 5;
    if (out[9]! >= 60) criticalSeen = true;
  }
  expect(seconds).toBeGreaterThanOrEqual(470);
  expect(seconds).toBeLessThanOrEqual(500);
  expect(criticalSeen).toBe(true);
  const before = out[1]!;
  for (let i = 0; i < 12; i++) machine.advance(5, true, 4500, 15, healthy(), out);
  expect(out[1]! - before).toBeCloseTo(250, -1);
});

test("a restart after two hours bows the rotor for ten minutes, below the limit; a cold one does not", () => {
  for (const [stoodS, bowed] of [
    [7200, true],
    [40_000, false],
  ] as const) {
    const machine = createTurbine(15);
    machine.advance(5, true, 4500, 15, healthy(), out);
    for (let s = 0; s < 1400 + stoodS; s += 10) machine.advance(10, false, 4500, 15, healthy(), out);
    expect(out[0]).toBe(0);
    for (let s = 0; s < 540; s += 10) machine.advance(10, true, 4500, 15, healthy(), out);
    expect(out[9]! > 40).toBe(bowed);
    expect(out[9]!).toBeLessThan(46);
    for (let s = 0; s < 700; s += 10) machine.advance(10, true, 4500, 15, healthy(), out);
    expect(out[9]!).toBeCloseTo(25, 0);
  }
});

test("low lube pressure trips, stays tripped, and restarts only after the repair", () => {
  const machine = createTurbine(15);
  const failing = { ...healthy(), lube: 0.93 };
  machine.advance(5, true, 4500, 15, failing, out);
  expect(out[15]).toBe(4);
  for (let s = 0; s < 4000; s += 10) machine.advance(10, true, 4500, 15, failing, out);
  expect(out[15]).toBe(4);
  expect(out[0]).toBe(0);
  for (let s = 0; s < 1200; s += 10) machine.advance(10, true, 4500, 15, healthy(), out);
  expect(out[15]).toBe(0);
  expect(out[1]!).toBeGreaterThan(500);
});

import { expect, test } from "vitest";
import { addFault, type FaultCode } from "../fault.ts";
import { healthy } from "./machine.ts";
import { createScrew, SC160_TAGS, screwMaxFad, screwPoint } from "./sc160.ts";

const at = (fad: number, ambient = 25, severity = healthy(), pNet = 7) =>
  screwPoint(fad, pNet, ambient, severity);

function crossing(
  code: FaultCode,
  fad: number,
  ambient: number,
  beyond: (p: ReturnType<typeof at>) => boolean,
) {
  for (let step = 0; step < 8000; step++) {
    const severity = healthy();
    addFault(code, step / 100, severity);
    if (beyond(at(fad, ambient, severity))) return step / 100;
  }
  throw new Error("never crossed");
}

test("rated and part-load points are those of the data sheet", () => {
  expect(screwMaxFad(7, healthy())).toBeCloseTo(25.0, 2);
  const rated = at(screwMaxFad(7, healthy()));
  expect(rated.power).toBeCloseTo(168.7, 1);
  expect(rated.power / rated.fad).toBeCloseTo(6.749, 3);
  const isentropic =
    (101_300 * (rated.fad / 60) * 3.5 * ((8.013 / 1.013) ** 0.2857 - 1)) / 1000 / rated.power;
  expect(isentropic).toBeCloseTo(0.705, 3);
  expect(2980 * at(20).s).toBeCloseTo(2423, 0);
  expect(at(20).power).toBeCloseTo(137.4, 1);
  expect(at(20).power / 20).toBeCloseTo(6.871, 2);
  expect(at(11.5).power / 11.5).toBeCloseTo(7.5, 0);
  expect(at(20, 25, healthy(), 6.5).power).toBeCloseTo(131.49, 1);
  expect(at(7.5).power).toBeCloseTo(63.2, 0);
  expect(at(10.5).power).toBeCloseTo(80.6, 0);
});

test("faults cross their limits on the printed days", () => {
  const near = (value: number, wanted: number, by = 0.3) => expect(Math.abs(value - wanted)).toBeLessThan(by);
  near(
    crossing("C1", 23, 30, (p) => p.oilTarget > 78),
    31.6,
  );
  near(
    crossing("C1", 23, 30, (p) => p.oilTarget + p.dischargeRise > 105),
    35.4,
  );
  near(
    crossing("C1", 23, 30, (p) => p.oilTarget + p.dischargeRise >= 110),
    45.7,
  );
  near(
    crossing("C2", 23, 25, (p) => p.dpSep > 0.7),
    55.3,
  );
  near(
    crossing("C2", 23, 25, (p) => p.dpSep >= 1),
    64.2,
  );
  near(
    crossing("C3", 20, 25, (p) => p.acceleration > 3),
    27.4,
  );
  near(
    crossing("C3", 20, 25, (p) => p.vibration > 8),
    35.9,
  );
  near(
    crossing("C4", 23, 25, (p) => p.dpInlet > 45),
    25.8,
  );
  near(
    crossing("C4", 23, 25, (p) => p.dpInlet > 60),
    36.9,
  );
});

test("C5: a thermostat stuck open cools oil and element within half an hour", () => {
  const machine = createScrew(10);
  const out = new Float64Array(SC160_TAGS.length);
  machine.advance(10, true, 12, 10, healthy(), out);
  expect(out[5]).toBeCloseTo(55, 0);
  expect(out[4]).toBeCloseTo(69, 0);
  const stuck = { ...healthy(), thermostat: 1 };
  for (let i = 0; i < 180; i++) machine.advance(10, true, 12, 10, stuck, out);
  expect(out[5]).toBeCloseTo(28, -0.3);
  expect(out[4]).toBeCloseTo(42, -0.3);
});

test("low demand cycles load and unload inside the pressure band; no demand stops it after ten minutes", () => {
  const machine = createScrew(20);
  const out = new Float64Array(SC160_TAGS.length);
  let loaded = 0;
  let low = 9;
  let high = 0;
  for (let i = 0; i < 360; i++) {
    machine.advance(10, true, 3, 20, healthy(), out);
    loaded += out[1]! > 0 ? 1 : 0;
    low = Math.min(low, out[2]!);
    high = Math.max(high, out[2]!);
  }
  expect(loaded).toBeGreaterThan(60);
  expect(loaded).toBeLessThan(300);
  expect(low).toBeGreaterThan(6.7);
  expect(high).toBeLessThan(7.3);
  for (let i = 0; i < 62; i++) machine.advance(10, true, 0, 20, healthy(), out);
  expect(out[0]).toBe(0);
});

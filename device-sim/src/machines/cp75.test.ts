import { expect, test } from "vitest";
import { addFault, type FaultCode } from "../fault.ts";
import { pumpPoint, pumpSpeedRatio } from "./cp75.ts";
import { healthy } from "./machine.ts";

const at = (flow: number, ambient = 20, severity = healthy()) =>
  pumpPoint(pumpSpeedRatio(flow, severity.wear), flow, ambient, severity);

/** First day at which the condition holds, to a hundredth of a day. */
function crossing(
  code: FaultCode,
  flow: number,
  ambient: number,
  beyond: (point: ReturnType<typeof at>) => boolean,
) {
  for (let step = 0; step < 40_000; step++) {
    const severity = healthy();
    addFault(code, step / 100, severity);
    if (beyond(at(flow, ambient, severity))) return step / 100;
  }
  throw new Error("never crossed");
}

test("the rated point is the nameplate's, to the printed digit", () => {
  const p = at(400);
  expect(1485 * pumpSpeedRatio(400)).toBeCloseTo(1485, 0);
  expect(p.shaft).toBeCloseTo(66.33, 2);
  expect(p.power).toBeCloseTo(71.39, 2);
  expect(p.power / 400).toBeCloseTo(0.1785, 4);
  expect((1000 * p.power) / (400 * 50)).toBeCloseTo(3.57, 3);
  expect(p.current).toBeCloseTo(121.6, 1);
  expect(p.pDischarge).toBeCloseTo(5.19, 1);
});

test("part load follows the affinity laws and the system curve", () => {
  expect(1485 * pumpSpeedRatio(280)).toBeCloseTo(1275, 0);
  expect(at(280).head).toBeCloseTo(39.8, 2);
  expect(at(280).power).toBeCloseTo(41.32, 2);
  expect(at(280).current).toBeCloseTo(93.0, 1);
  expect(1485 * pumpSpeedRatio(126)).toBeCloseTo(1086, 0);
  expect(at(126).power).toBeCloseTo(21.89, 2);
  expect((1000 * at(126).power) / (126 * at(126).head)).toBeCloseTo(5.43, 2);
});

test("P1: acceleration warns sixteen days before the bearing seizes, vibration only days", () => {
  const p1 = (beyond: (p: ReturnType<typeof at>) => boolean) => crossing("P1", 280, 20, beyond);
  expect(p1((p) => p.accPumpDe > 1)).toBeCloseTo(12.0, 0);
  expect(p1((p) => p.accPumpDe > 2)).toBeCloseTo(20.9, 0);
  expect(p1((p) => p.vibration > 4.5)).toBeCloseTo(23.3, 0);
  expect(p1((p) => p.vibration > 7.1)).toBeCloseTo(26.4, 0);
  expect(p1((p) => p.bearingTarget > 80)).toBeCloseTo(26.9, 0);
  expect(p1((p) => p.bearingTarget >= 90)).toBeCloseTo(28.0, 0);
});

test("P3: suction pressure falls first, then cavitation shakes the pump", () => {
  const hours = (beyond: (p: ReturnType<typeof at>) => boolean) => crossing("P3", 380, 20, beyond) * 24;
  const within = (value: number, wanted: number) => expect(Math.abs(value - wanted)).toBeLessThan(0.3);
  within(
    hours((p) => p.pSuction < -0.15),
    11.8,
  );
  within(
    hours((p) => p.npshRatio < 2),
    13.9,
  );
  within(
    hours((p) => p.pSuction < -0.3),
    15.6,
  );
  within(
    hours((p) => p.accPumpDe > 1),
    17.3,
  );
  within(
    hours((p) => p.accPumpDe > 2),
    20.5,
  );
  within(
    hours((p) => p.vibration > 4.5),
    22.8,
  );
  const worst = healthy();
  addFault("P3", 1, worst);
  expect(at(380, 20, worst).npshRatio).toBeCloseTo(0.99, 2);
});

test("P4: seal leakage passes its limits on the printed days", () => {
  const leakAt = (days: number) => {
    const severity = healthy();
    addFault("P4", days, severity);
    return 0.5 + severity.sealLeak;
  };
  expect(leakAt(9.5)).toBeLessThan(20);
  expect(leakAt(9.7)).toBeGreaterThan(20);
  expect(leakAt(12.4)).toBeLessThan(60);
  expect(leakAt(12.6)).toBeGreaterThan(60);
  expect(leakAt(14.8)).toBeCloseTo(150, -1);
});

test("P5: misalignment shows at any flow in vibration, not in acceleration", () => {
  const crooked = { ...healthy(), misalignment: 1 };
  expect(at(280).vibration).toBeCloseTo(1.1, 1);
  expect(at(280, 20, crooked).vibration).toBeCloseTo(5.7, 1);
  expect(at(126, 20, crooked).vibration).toBeCloseTo(4.9, 1);
  expect(at(400, 20, crooked).vibration).toBeCloseTo(6.7, 1);
  expect(at(280, 20, crooked).accPumpDe).toBe(at(280).accPumpDe);
});

test("P2 and P6: wear costs speed and power, a blocked fan overheats the winding at normal current", () => {
  const worn = { ...healthy(), wear: 1 };
  expect(pumpSpeedRatio(280, 1) / pumpSpeedRatio(280)).toBeCloseTo(1.037, 3);
  expect(at(280, 20, worn).power / at(280).power).toBeGreaterThan(1.13);
  expect(crossing("P6", 380, 25, (p) => p.windingTarget > 130)).toBeCloseTo(13.5, 0);
  expect(crossing("P6", 380, 25, (p) => p.windingTarget > 145)).toBeCloseTo(17.3, 0);
});

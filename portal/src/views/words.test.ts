import { describe, expect, test } from "vitest";
import { limitPassed } from "./limit.ts";
import { decimalsOf, formatNumber, formatQuantity, formatShort, readable, sentenceCase } from "./number.ts";
import { ago, duration, when } from "./time.ts";
import { unitSign } from "./unit.ts";

describe("units become signs", () => {
  test.each([
    ["Cel", "°C"],
    ["m3/h", "m³/h"],
    ["m/s2", "m/s²"],
    ["um", "µm"],
    ["{rev}/min", "rpm"],
    ["kW.h/m3", "kWh/m³"],
    ["1", ""],
    ["mL/min", "mL/min"],
  ])("%s → %s", (ucum, sign) => {
    expect(unitSign(ucum)).toBe(sign);
  });
});

describe("numbers have the sensor's precision", () => {
  test.each([
    [0.1, 1],
    [0.05, 2],
    [5, 0],
    [0.001, 3],
    [0.25, 2],
  ])("resolution %d → %d decimals", (resolution, decimals) => {
    expect(decimalsOf(resolution)).toBe(decimals);
  });
  test.each([
    [1_284_306, 0, "1,284,306"],
    [-4.94, 1, "\u22124.9"],
    [-0.04, 1, "0.0"],
    [Number.NaN, 1, "no data"],
    [105, null, "105"],
    [0.123456, null, "0.1235"],
  ])("%d with %s decimals → %s", (value, decimals, text) => {
    expect(formatNumber(value, decimals)).toBe(text);
  });
  test.each([
    [0.705, "0.705"],
    [46.6, "46.6"],
    [120, "120"],
    [78.0500001, "78.05"],
    [null, "no data"],
  ])("in a sentence %d reads %s", (value, text) => {
    expect(formatShort(value)).toBe(text);
  });
  test("value and unit stay on one line", () => {
    expect(formatQuantity(7.4, "bar", 2)).toBe("7.40\u00a0bar");
  });
  test("a sentence of the alarm engine reads with signs and a true minus", () => {
    expect(readable("Suction low: -0.31 m3/h, limit -0.15")).toBe(
      "Suction low: \u22120.31\u00a0m³/h, limit \u22120.15",
    );
    expect(readable("Acceleration high: 1.04 m/s2, limit 1.00, 3 alarms")).toBe(
      "Acceleration high: 1.04\u00a0m/s², limit 1.00, 3 alarms",
    );
  });
});

test.each([
  ["vibration velocity, drive end, high: 4.52 mm/s", "Vibration velocity, drive end, high: 4.52 mm/s"],
  ["ölstand niedrig", "Ölstand niedrig"],
  ["Already so", "Already so"],
  ["t_dis: no data", "t_dis: no data"],
  ["pH of the feed", "pH of the feed"],
  ["kW4", "kW4"],
  ["", ""],
])("%s begins as %s", (text, begun) => {
  expect(sentenceCase(text)).toBe(begun);
});

describe("times", () => {
  const now = Date.UTC(2026, 10, 19, 14, 32);
  test.each([
    [Date.UTC(2026, 10, 19, 9, 41), "09:41"],
    [Date.UTC(2026, 10, 18, 10, 20), "Wed 10:20"],
    [Date.UTC(2026, 7, 12), "12 Aug"],
    [Date.UTC(2025, 8, 12), "12 Sep 2025"],
  ])("%d reads %s", (at, text) => {
    expect(when(at, now, "UTC")).toBe(text);
  });
  test("the reader's zone decides what today is", () => {
    expect(when(Date.UTC(2026, 10, 18, 23, 30), now, "Europe/Berlin")).toBe("00:30");
  });
  test.each([
    [4000, "4 s"],
    [13 * 60_000, "13 min"],
    [(4 * 60 + 51) * 60_000, "4 h 51 min"],
    [51 * 3_600_000, "2 d 3 h"],
  ])("%d ms last %s", (ms, text) => {
    expect(duration(ms)).toBe(text);
  });
  test("a device clock slightly ahead reads now", () => {
    expect(ago(now + 900, now)).toBe("now");
  });
});

test.each([
  [112, "Above high-high"],
  [105, "Above high"],
  [104.9, null],
  [-1, "Below low-low"],
])("%d against the limits: %s", (value, word) => {
  expect(limitPassed(value, { lowLow: -1, low: 0, high: 105, highHigh: 112 })).toBe(word);
});

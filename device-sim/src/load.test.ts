import { expect, test } from "vitest";
import { createAmbient } from "./ambient.ts";
import { createCalendar, localMidnight } from "./calendar.ts";
import { createDemand, PROFILE_FACTORS } from "./load.ts";

const HOUR = 3_600_000;
const berlin = createCalendar("Europe/Berlin");
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

test("the hourly profiles have the printed means", () => {
  expect(mean(PROFILE_FACTORS.water)).toBeCloseTo(0.977, 3);
  expect(mean(PROFILE_FACTORS.food)).toBeCloseTo(1.0, 3);
  expect(mean(PROFILE_FACTORS.heat)).toBeCloseTo(0.915, 3);
});

test("water peaks at seven in local time, summer and winter; the pump's range holds", () => {
  for (const day of [Date.UTC(2026, 0, 14), Date.UTC(2026, 6, 15)]) {
    const demand = createDemand({ profile: "water" }, createCalendar("Europe/Berlin"), "s", day);
    const midnight = localMidnight("Europe/Berlin", day + 12 * HOUR);
    const byHour = Array.from({ length: 24 }, (_, h) => demand(midnight + h * HOUR).load);
    expect(byHour.indexOf(Math.max(...byHour))).toBe(7);
    expect(Math.min(...byHour)).toBeGreaterThanOrEqual(120);
    expect(Math.max(...byHour)).toBeLessThanOrEqual(440);
  }
});

test("a turbine led by heat starts once a day in summer, never stops in winter", () => {
  const starts = (from: number) => {
    const demand = createDemand({ profile: "heat-led" }, createCalendar("Europe/Lisbon"), "s", from);
    let count = 0;
    let was = demand(from).run;
    for (let at = from; at < from + 7 * 24 * HOUR; at += 600_000) {
      const { run } = demand(at);
      if (run && !was) count++;
      was = run;
    }
    return count;
  };
  expect(starts(Date.UTC(2026, 6, 13))).toBe(5);
  expect(starts(Date.UTC(2026, 0, 12))).toBe(0);
});

test("midnights and hours are the site's, across the change of clocks", () => {
  expect(localMidnight("Europe/Berlin", Date.UTC(2026, 2, 29, 12))).toBe(Date.UTC(2026, 2, 28, 23));
  expect(localMidnight("Europe/Berlin", Date.UTC(2026, 2, 30, 12))).toBe(Date.UTC(2026, 2, 29, 22));
  expect(localMidnight("Asia/Kolkata", Date.UTC(2026, 0, 1, 20))).toBe(Date.UTC(2026, 0, 1, 18, 30));
  expect(berlin(Date.UTC(2026, 2, 29, 0, 30)).hour).toBe(1.5);
  expect(berlin(Date.UTC(2026, 2, 29, 1, 30)).hour).toBe(3.5);
  expect(berlin(Date.UTC(2026, 0, 4, 12)).weekday).toBe(0);
});

test("ambient is warmest in the afternoon and in summer, and repeatable", () => {
  const climate = { mean: 10, season: 9, daily: 5, weather: 0.5 };
  const day = Date.UTC(2026, 6, 15);
  const make = () => createAmbient(climate, createCalendar("UTC"), "s", day - 24 * HOUR);
  const at = make();
  expect(at(day + 15 * HOUR)).toBeGreaterThan(at(day + 3 * HOUR) + 6);
  expect(at(day + 15 * HOUR)).toBeGreaterThan(20);
  expect(make()(day + 15 * HOUR)).toBe(at(day + 15 * HOUR));
});

import { expect, it } from "vitest";
import { DAY_MS, HOUR_MS } from "./buckets.ts";
import { slicesOfDays } from "./slices.ts";
import { offsetText, zoneSteps } from "./zone-steps.ts";

const at = (iso: string) => Date.parse(iso);

it("finds the moment the clocks change, and nothing where they do not", () => {
  expect(zoneSteps("Europe/Berlin", at("2026-01-01T00:00Z"), at("2026-12-31T00:00Z"))).toEqual([
    { from: at("2026-01-01T00:00Z"), offsetMs: HOUR_MS },
    { from: at("2026-03-29T01:00Z"), offsetMs: 2 * HOUR_MS },
    { from: at("2026-10-25T01:00Z"), offsetMs: HOUR_MS },
  ]);
  expect(zoneSteps("Asia/Kathmandu", 1e12, 1e12 + 400 * DAY_MS)).toEqual([
    { from: 1e12, offsetMs: 5.75 * HOUR_MS },
  ]);
  expect(zoneSteps("UTC", 0, 1)).toEqual([{ from: 0, offsetMs: 0 }]);
});

it.each([
  [0, "+00:00"],
  [5.75 * HOUR_MS, "+05:45"],
  [-3.5 * HOUR_MS, "-03:30"],
])("writes %d ms as %s", (ms, text) => {
  expect(offsetText(ms)).toBe(text);
});

it("joins days to slices that touch the range's ends and hold no more than asked, save one long day", () => {
  const days = [
    [0, 3],
    [1, 4],
    [5, 20],
    [6, 1],
  ] as const;
  expect(slicesOfDays(days, { from: 10, to: 6 * DAY_MS + 9 }, 10)).toEqual([
    { from: 10, to: 2 * DAY_MS, rows: 7 },
    { from: 5 * DAY_MS, to: 6 * DAY_MS, rows: 20 },
    { from: 6 * DAY_MS, to: 6 * DAY_MS + 9, rows: 1 },
  ]);
});

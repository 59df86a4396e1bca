import fc from "fast-check";
import { expect, it } from "vitest";
import { bucketWidthMs, chartRange, DAY_MS, HOUR_MS, MINUTE_MS } from "./buckets.ts";

it("widens a chart's range to whole steps, and hardly more than asked", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2 ** 41 }),
      fc.integer({ min: 1, max: 400 * DAY_MS }),
      fc.integer({ min: 1, max: 2000 }),
      (from, span, buckets) => {
        const chart = chartRange({ from, to: from + span, buckets });
        const width = bucketWidthMs({ devices: [], ...chart });
        const step = [HOUR_MS, MINUTE_MS, 1000].find((ms) => width >= 3 * ms) ?? 1;
        expect(chart.from).toBeLessThanOrEqual(from);
        expect(chart.to).toBeGreaterThanOrEqual(from + span);
        expect(chart.buckets).toBeLessThanOrEqual(buckets);
        expect(chart.to - chart.from).toBe(width * chart.buckets);
        if (width >= 4 * HOUR_MS || (width >= 2 * MINUTE_MS && width < 3 * HOUR_MS)) {
          expect([chart.from % step, width % step]).toEqual([0, 0]);
        }
        expect(chart.to - chart.from - span).toBeLessThanOrEqual(2 * width);
      },
    ),
  );
});

it.each([
  [{ from: 0, to: 10, buckets: 3 }, 4],
  [{ from: 0, to: 10, buckets: 2000 }, 1],
  [{ from: 5, to: 5 + DAY_MS, buckets: 24 }, HOUR_MS],
])("cuts %j into buckets of %d ms", (query, width) => {
  expect(bucketWidthMs({ devices: [], ...query })).toBe(width);
});

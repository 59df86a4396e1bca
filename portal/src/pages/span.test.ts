import { expect, test } from "vitest";
import { spanOf } from "./span.ts";

const now = Date.UTC(2026, 10, 19, 14, 32);
const reading = { now, zone: "Europe/Berlin" };
const HOUR = 3_600_000;

test.each([
  [{}, "24h", 24 * HOUR],
  [{ range: "1h" }, "1h", HOUR],
  [{ range: "1y" }, "1y", 365 * 24 * HOUR],
  [{ range: "90m" }, "90m", 1.5 * HOUR],
  [{ range: "rubbish" }, "24h", 24 * HOUR],
  [{ range: "999999y" }, "24h", 24 * HOUR],
])("%j is a moving span that ends now", (query, range, length) => {
  expect(spanOf(query, reading)).toMatchObject({ range, from: now - length, to: now });
});

test("the custom form's times are the reader's wall clock", () => {
  const span = spanOf({ from: "2026-11-18T10:00", to: "2026-11-18T12:00" }, reading);
  expect(span).toMatchObject({
    range: null,
    from: Date.UTC(2026, 10, 18, 9),
    to: Date.UTC(2026, 10, 18, 11),
  });
});

test("an address with epoch times is shown as it is", () => {
  expect(spanOf({ from: String(now - HOUR), to: String(now) }, reading)).toMatchObject({
    range: null,
    from: now - HOUR,
    to: now,
  });
});

test.each([
  [{ from: "2026-11-18T12:00", to: "2026-11-18T10:00" }, "The end must be after the start."],
  [{ from: "2026-11-18T12:00" }, "Give both times, each with a date."],
  [{ from: "1000", to: "1001" }, "A chart shows 10 seconds at least."],
])("%j falls back to a day and says why", (query, error) => {
  expect(spanOf(query, reading)).toMatchObject({ range: "24h", error });
});

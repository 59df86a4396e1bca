import { expect, test } from "vitest";
import { endOfShift, shelvedUntil } from "./shelf-time.ts";

const at = (text: string) => Date.parse(text);

test.each([
  ["in the morning", "2026-11-19T08:00:00Z", "UTC", "2026-11-19T14:00:00Z"],
  ["at night", "2026-11-19T23:00:00Z", "UTC", "2026-11-20T06:00:00Z"],
  ["ten minutes before the end: the next one", "2026-11-19T13:50:00Z", "UTC", "2026-11-19T22:00:00Z"],
  ["the site's, not the reader's", "2026-11-19T08:00:00Z", "America/Chicago", "2026-11-19T12:00:00Z"],
  ["over the change to winter time", "2026-10-24T21:30:00Z", "Europe/Berlin", "2026-10-25T05:00:00Z"],
])("the end of the shift, %s", (_, now, zone, end) => {
  expect(new Date(endOfShift(at(now), zone)).toISOString()).toBe(new Date(at(end)).toISOString());
});

const known = { nowMs: at("2026-11-19T08:00:00Z"), siteZone: "UTC", readerZone: "Europe/Berlin" };
test("a date and time is read in the reader's zone, once has no end", () => {
  expect(shelvedUntil({ until: "at", at: "2026-11-19T18:00" }, known)).toBe(at("2026-11-19T17:00:00Z"));
  expect(shelvedUntil({ until: "1h" }, known)).toBe(at("2026-11-19T09:00:00Z"));
  expect(shelvedUntil({ until: "once" }, known)).toBeNull();
});
test.each([
  [{}, "until"],
  [{ until: "never" }, "until"],
  [{ until: "at" }, "at"],
  [{ until: "at", at: "tomorrow" }, "at"],
  [{ until: "at", at: "2026-11-19T08:59" }, "at"],
])("%j is refused at its field", (values, field) => {
  expect(() => shelvedUntil(values, known)).toThrow(expect.objectContaining({ field }));
});

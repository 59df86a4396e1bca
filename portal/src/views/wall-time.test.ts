import { expect, test } from "vitest";
import { fromWall, toWall } from "./wall-time.ts";

test.each([
  ["2026-11-19T14:32", "UTC", Date.UTC(2026, 10, 19, 14, 32)],
  ["2026-07-01T14:32", "Europe/London", Date.UTC(2026, 6, 1, 13, 32)],
  ["2026-07-01", "Asia/Kolkata", Date.UTC(2026, 5, 30, 18, 30)],
  ["2026-11-19T14:32", "America/Los_Angeles", Date.UTC(2026, 10, 19, 22, 32)],
])("%s on the clocks of %s is one moment, and back", (wall, zone, at) => {
  expect(fromWall(wall, zone)).toBe(at);
  expect(toWall(at, zone)).toBe(wall.length === 10 ? `${wall}T00:00` : wall);
});

test.each(["", "now", "2026-13-40T10:00", "19.11.2026", "2026-11-19T25:00"])("%j is no time", (text) => {
  expect(fromWall(text, "UTC")).toBeNull();
});

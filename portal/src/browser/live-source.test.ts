import { expect, it } from "vitest";
import { retryMs } from "./live-source.ts";

it("tries again soon, then ever more slowly, and never all pages at one moment", () => {
  expect([0, 1, 2, 3, 9].map((n) => retryMs(n, 1))).toEqual([1000, 2000, 4000, 8000, 30_000]);
  expect(retryMs(9, 0)).toBe(15_000);
});

import { expect, test } from "vitest";
import { createAcquaintance } from "./acquaintance.ts";

const ids = (count: number) => Array.from({ length: count }, (_, i) => `d${i}`);

test("who left by itself goes first, strangers next, a crowd that was cut off last", () => {
  let nowMs = 0;
  const known = createAcquaintance([], () => nowMs);
  known.ended("calm", true);
  for (const id of ids(200)) known.ended(id, false);
  nowMs = 5_000;
  known.ended("lone", false);
  expect([known.rankOf("calm"), known.rankOf("lone"), known.rankOf("new"), known.rankOf("d7")]).toEqual([
    0, 0, 1, 2,
  ]);
});

test("who was connected when the last run died was cut off with a crowd", () => {
  const known = createAcquaintance(ids(200), () => 0);
  expect(known.rankOf("d3")).toBe(2);
  known.ended("d3", true);
  expect(known.rankOf("d3")).toBe(0);
});

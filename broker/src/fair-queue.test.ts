import { expect, test } from "vitest";
import { createFairQueue, type Rank, type Waiting } from "./fair-queue.ts";

type Item = Waiting & { name: string };
const item = (name: string, ip: string, rank: Rank): Item => ({ name, ip, rank, gone: false });

function filled(...items: Item[]) {
  const queue = createFairQueue<Item>();
  for (const each of items) queue.push(each);
  return queue;
}
const names = (queue: ReturnType<typeof filled>, count: number) =>
  Array.from({ length: count }, () => queue.pop()?.name ?? null);

test("each address has its turn, however many wait behind another", () => {
  const crowd = Array.from({ length: 50 }, (_, i) => item(`crowd-${i}`, "a", 1));
  const queue = filled(...crowd, item("lone", "b", 1), item("other", "c", 1));
  expect(names(queue, 3)).toEqual(["crowd-49", "lone", "other"]);
});

test("of one address the newest goes first", () => {
  expect(names(filled(item("old", "a", 1), item("new", "a", 1)), 3)).toEqual(["new", "old", null]);
});

test("who left by itself goes before strangers, they before a crowd that was cut off", () => {
  expect(names(filled(item("cut", "a", 2), item("new", "a", 1), item("known", "a", 0)), 3)).toEqual([
    "known",
    "new",
    "cut",
  ]);
});

test("one in four is of the last rank: those before it cannot shut it out", () => {
  const known = Array.from({ length: 20 }, (_, i) => item(`known-${i}`, "a", 0));
  const cut = Array.from({ length: 20 }, (_, i) => item(`cut-${i}`, "a", 2));
  const served = names(filled(...known, ...cut), 20);
  expect(served.filter((name) => name?.startsWith("cut"))).toHaveLength(5);
});

test("who is gone is never called, and forgotten by the sweep", () => {
  const gone = item("gone", "a", 1);
  const queue = filled(item("there", "a", 1), gone, item("away", "b", 1));
  gone.gone = true;
  queue.sweep();
  expect(names(queue, 3)).toEqual(["there", "away", null]);
});

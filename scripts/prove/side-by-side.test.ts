import { describe, expect, it } from "vitest";
import { sideBySide } from "./side-by-side.ts";

/** Tasks that end when told; `running` are those between their start and their end. */
function board(alone: readonly boolean[]) {
  const ends: (() => void)[] = [];
  const running = new Set<number>();
  const log: string[] = [];
  const tasks = alone.map((isAlone, index) => ({
    alone: isAlone,
    run: () =>
      new Promise<number>((resolve) => {
        running.add(index);
        log.push([...running].join("+"));
        ends[index] = () => {
          running.delete(index);
          resolve(index);
        };
      }),
  }));
  return { tasks, log, end: (index: number) => ends[index]!() };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("proofs side by side", () => {
  it("those that have to be alone are, and the others share the lanes in their order", async () => {
    const { tasks, log, end } = board([false, true, false, false, true]);
    const outcomes = sideBySide(tasks, 2);
    for (const index of [1, 4, 2, 0, 3]) {
      await turn();
      end(index);
    }
    expect(await Promise.all(outcomes)).toEqual([0, 1, 2, 3, 4]);
    expect(log).toEqual(["1", "4", "0", "0+2", "0+3"]);
  });

  it("an outcome is there as soon as its task has ended", async () => {
    const { tasks, end } = board([false, false]);
    const [first] = sideBySide(tasks, 2);
    await turn();
    end(0);
    expect(await first).toBe(0);
  });
});

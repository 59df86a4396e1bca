import { describe, expect, it } from "vitest";
import type { Bug } from "./programs.ts";
import { search, stepsOf } from "./search.ts";
import { simulate } from "./simulate.ts";

describe("the simulation", () => {
  it("does the same for the same seed, to the last event, and something else for another", async () => {
    const traces = [];
    for (const seed of [11, 12, 11]) traces.push((await simulate(seed, stepsOf(seed))).trace);
    expect(traces[2]).toBe(traces[0]);
    expect(traces[1]).not.toBe(traces[0]);
  });

  it.each<[Bug, number]>([
    ["acknowledges before the commit", 50],
    ["commits without fsync", 50],
    ["saves the offset before the points", 100],
    ["ignores the key of a point", 30],
    ["opens tickets outside the transaction", 300],
  ])("sees a product that %s", { timeout: 120_000 }, async (bug, within) => {
    const { seeds, found } = await search(1, within, bug);
    expect(found, `not seen in ${seeds} seeds`).not.toBeNull();
    process.stdout.write(`  ${bug}: seen after ${seeds} seeds\n`);
  });
});

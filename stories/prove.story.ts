import { describe, expect, it } from "vitest";
import { line, PROMISES, run } from "../scripts/prove/run.ts";

/** The short form of `pnpm prove`; the seed is printed, and SEED repeats a run. */
const seed = Number(process.env.SEED ?? 20261122);

describe("the promises, short form", () => {
  it.each(PROMISES)("%s", { timeout: 120_000 }, async (name) => {
    const row = await run(name, { seed, long: false });
    process.stdout.write(`${line(row)}  (seed ${seed})\n`);
    expect(row.ok, line(row)).toBe(true);
  });
});

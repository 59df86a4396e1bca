import { beforeAll, describe, expect, it } from "vitest";
import { line, PROMISES, runAll } from "../scripts/prove/run.ts";

/** The short form of `pnpm prove`; the seed is printed, and SEED repeats a run. */
const seed = Number(process.env.SEED ?? 20261122);
/** The short form of all of them takes less; a busy machine gets twice as long. */
const WITHIN_MS = 480_000;

describe("the promises, short form", () => {
  let rows: Awaited<ReturnType<typeof runAll>>;
  beforeAll(async () => {
    rows = await runAll(PROMISES, { seed, long: false });
  });

  it.each(PROMISES)("%s", { timeout: WITHIN_MS }, async (name) => {
    const row = await rows[PROMISES.indexOf(name)]!;
    process.stdout.write(`${line(row)}  (seed ${seed})\n`);
    expect(row.ok, line(row)).toBe(true);
  });
});

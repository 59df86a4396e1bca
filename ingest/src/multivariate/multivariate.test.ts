import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { explainMultivariate } from "./explain.ts";
import { type MultivariateState, startMultivariate, stepMultivariate } from "./multivariate.ts";

const TAGS = ["pressure", "flow", "power"];

/** Repeatable noise in −0.5..0.5. */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
}

/** Pressure and power rise and fall together, flow on its own. */
function rows(count: number, seed = 1): number[][] {
  const next = noise(seed);
  return Array.from({ length: count }, () => {
    const load = next();
    return [5 + load, 100 + 10 * next(), 20 + 4 * load + 0.2 * next()];
  });
}

function run(state: MultivariateState, of: readonly (readonly number[])[]): { score: number; on: boolean }[] {
  return of.map((row) => ({ score: stepMultivariate(state, row), on: state.on }));
}

describe("multivariate T²", () => {
  test("says nothing while it learns, and nothing of more of the same", () => {
    const state = startMultivariate(3, 200);
    const told = run(state, rows(600));
    expect(told.slice(0, 200).every(({ score, on }) => score === 0 && !on)).toBe(true);
    expect(told.some(({ on }) => on)).toBe(false);
  });

  test("tags that stop moving together raise an alarm within their own ranges, and the parts sum up to T²", () => {
    const state = startMultivariate(3, 200);
    run(state, rows(400));
    const apart = Array.from({ length: 40 }, () => [5.4, 100, 18.4]);
    const told = run(state, apart);
    expect(told.at(-1)?.on).toBe(true);
    const sum = state.contributions.reduce((total, part) => total + part, 0);
    expect(sum / 7).toBeCloseTo(told.at(-1)!.score, 9);
    const reason = explainMultivariate(state, TAGS);
    expect(
      reason?.parts
        .slice(0, 2)
        .map(({ tag }) => tag)
        .sort(),
    ).toEqual(["power", "pressure"]);
    expect(reason?.words).toMatch(/is usual \(\d+ %\)/);
  });

  test("the alarm ends when the tags are back", () => {
    const state = startMultivariate(3, 200);
    run(state, rows(400));
    run(
      state,
      rows(30).map(([p, , w]) => [p!, 300, w!]),
    );
    expect(state.on).toBe(true);
    expect(explainMultivariate(state, TAGS)?.parts[0]?.tag).toBe("flow");
    run(state, rows(100, 7));
    expect(state.on).toBe(false);
  });

  test("a missing value is stood in for by the last one, a tag never heard while learning is not judged", () => {
    const state = startMultivariate(3, 200);
    run(
      state,
      rows(300).map(([p, f]) => [p!, f!, Number.NaN]),
    );
    const told = run(
      state,
      rows(100).map(([p, f]) => [p!, Number.isFinite(f) ? Number.NaN : f!, 1e6]),
    );
    expect(told.every(({ score, on }) => Number.isFinite(score) && !on)).toBe(true);
  });

  test("a restart at any row changes nothing", () => {
    const value = fc.oneof(fc.double({ min: -10, max: 10, noNaN: true }), fc.constant(Number.NaN));
    const table = fc.array(fc.array(value, { minLength: 3, maxLength: 3 }), { minLength: 40, maxLength: 90 });
    fc.assert(
      fc.property(table, fc.nat(90), (of, cut) => {
        const whole = startMultivariate(3, 50);
        let parts = startMultivariate(3, 50);
        of.forEach((row, i) => {
          if (i === cut) parts = JSON.parse(JSON.stringify(parts)) as MultivariateState;
          expect(stepMultivariate(parts, row)).toBe(stepMultivariate(whole, row));
        });
        expect(JSON.stringify(parts)).toBe(JSON.stringify(whole));
      }),
      { numRuns: 60 },
    );
  });
});

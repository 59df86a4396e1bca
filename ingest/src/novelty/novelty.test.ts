import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { explainNovelty } from "./explain.ts";
import { isNovel, type NoveltyState, startNovelty, stepNovelty } from "./novelty.ts";

const START = Date.UTC(2026, 2, 1);
const HOUR = 3_600_000;

/** Ten days of a machine that swings between 40 and 60 once a day, every six minutes. */
function swing(): { at: number; value: number }[] {
  return Array.from({ length: 2_400 }, (_, i) => {
    const at = START + i * 360_000;
    return { at, value: 50 - 10 * Math.cos((2 * Math.PI * (at - START)) / (24 * HOUR)) };
  });
}

function learned(samples: readonly { at: number; value: number }[]): NoveltyState {
  const state = startNovelty();
  for (const { at, value } of samples) stepNovelty(state, at, value);
  return state;
}

describe("novelty", () => {
  test("a machine that repeats itself starts no alarm after its first days", () => {
    const state = startNovelty();
    const alarms = swing().filter(({ at, value }) => isNovel(state, stepNovelty(state, at, value)));
    expect(alarms.filter(({ at }) => at > START + 72 * HOUR)).toEqual([]);
  });

  test("a value above all seen starts one alarm, not one per sample, and says so", () => {
    const state = learned(swing());
    const at = START + 240 * HOUR;
    const score = stepNovelty(state, at, 90);
    expect(isNovel(state, score)).toBe(true);
    expect(explainNovelty(state, at, 90).words).toBe(
      "value 90 is above all seen in 2400 samples, the highest was 60",
    );
    for (let i = 1; i < 20; i++) {
      const again = stepNovelty(state, at + i * 360_000, 90);
      expect(isNovel(state, again)).toBe(false);
    }
  });

  test("a usual value at an unusual hour is new, and the hour is named", () => {
    const state = learned(swing());
    const midnight = START + 240 * HOUR;
    const score = stepNovelty(state, midnight, 58);
    expect(score).toBeGreaterThan(0);
    const reason = explainNovelty(state, midnight, 58);
    expect(reason.hours).toEqual({ low: 0, high: 2 });
    expect(reason.words).toMatch(
      /^value [\d.]+ to [\d.]+ never seen between 00 and 02 h UTC in 2400 samples$/,
    );
    expect(reason.range.low).toBeLessThanOrEqual(58);
    expect(reason.range.high).toBeGreaterThan(58);
    expect(reason.range.low).toBeGreaterThan(45);
  });

  test("what is told as never seen was never seen", () => {
    const value = fc.double({ min: -50, max: 50, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { minLength: 20, maxLength: 200 }), (values) => {
        const state = startNovelty();
        const seen: { at: number; value: number }[] = [];
        values.forEach((value, i) => {
          const at = START + i * 1_800_000;
          if (stepNovelty(state, at, value) > 0) {
            const { signal, range, hours } = explainNovelty(state, at, value);
            const slack = 1e-9 * (range.high - range.low);
            const contradicting = seen.filter((old) => {
              const hour = (old.at / HOUR) % 24;
              const then = !hours || (hour >= hours.low && hour < hours.high);
              return then && old.value > range.low + slack && old.value < range.high - slack;
            });
            if (signal === "level") expect(contradicting).toEqual([]);
          }
          seen.push({ at, value });
        });
      }),
      { numRuns: 50 },
    );
  });

  test("a restart at any sample changes nothing", () => {
    const sample = fc.tuple(fc.integer({ min: -1_000, max: 200_000_000 }), fc.double({ noNaN: false }));
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 80 }), fc.nat(80), (samples, cut) => {
        const whole = startNovelty();
        let parts = startNovelty();
        samples.forEach(([at, value], i) => {
          if (i === cut) parts = JSON.parse(JSON.stringify(parts)) as NoveltyState;
          expect(stepNovelty(parts, at, value)).toBe(stepNovelty(whole, at, value));
        });
        expect(JSON.stringify(parts)).toBe(JSON.stringify(whole));
      }),
    );
  });

  test("state keeps its size, however wild the values", () => {
    const state = startNovelty();
    for (let i = 0; i < 3_000; i++) stepNovelty(state, i, Math.sin(i) * 10 ** ((i % 500) - 250));
    expect(JSON.stringify(state).length).toBeLessThan(4_096);
    expect(Object.values(state).flat().every(Number.isFinite)).toBe(true);
  });

  test("no look-ahead: the score of a sample does not depend on what follows", () => {
    const scores = (values: readonly number[]) => {
      const state = startNovelty();
      return values.map((value, i) => stepNovelty(state, i * 60_000, value));
    };
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true }), { maxLength: 60 }), fc.nat(60), (values, cut) => {
        expect(scores(values).slice(0, cut)).toEqual(scores(values.slice(0, cut)));
      }),
    );
  });
});

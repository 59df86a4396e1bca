import { modelSchema } from "@millwright/shared/domain/model";
import { expect, test } from "vitest";
import { CP75_TAGS } from "../machines/cp75.ts";
import { GT5_TAGS } from "../machines/gt5.ts";
import { SC160_TAGS } from "../machines/sc160.ts";
import { MODELS, type ModelKey } from "./models.ts";
import { tagTable } from "./tag-table.ts";

const MACHINE_TAGS: Record<ModelKey, readonly string[]> = {
  CP75: CP75_TAGS,
  SC160: SC160_TAGS,
  GT5: GT5_TAGS,
};

test.each(Object.keys(MODELS) as ModelKey[])(
  "%s is a model the API accepts, tag for tag what the machine reports",
  (key) => {
    const parsed = modelSchema.safeParse(MODELS[key].catalog);
    expect(parsed.error?.issues ?? []).toEqual([]);
    expect(MODELS[key].catalog.tags.map((tag) => tag.key)).toEqual(MACHINE_TAGS[key]);
  },
);

test.each(Object.keys(MODELS) as ModelKey[])(
  "%s: no noise alone can make an alarm chatter: deadband is at least 3 sd",
  (key) => {
    for (const { tag, noise } of MODELS[key].rows) {
      if (tag.limits) expect(tag.limits.deadband ?? 0, tag.key).toBeGreaterThanOrEqual(3 * noise);
    }
  },
);

test("delays and limits are read from the table", () => {
  const tag = (model: ModelKey, name: string) => MODELS[model].catalog.tags.find((t) => t.key === name)!;
  expect(tag("CP75", "p_suction").limits).toEqual({
    lowLow: -0.3,
    low: -0.15,
    deadband: 0.05,
    onDelayMs: 30_000,
    offDelayMs: 90_000,
  });
  expect(tag("SC160", "t_discharge").limits?.lowOnDelayMs).toBe(1_800_000);
  expect(tag("GT5", "egt_spread").limits).toMatchObject({ high: 45, highHigh: 65, onDelayMs: 120_000 });
  expect(tag("GT5", "flame")).toMatchObject({ onChange: true, flatLine: false, expectedIntervalMs: 300_000 });
  expect(tag("SC160", "fad").limits).toBeUndefined();
});

test("a broken table line is refused", () => {
  expect(() => tagTable("heading\nspeed | shaft")).toThrow("columns");
  expect(() => tagTable("h\na | b | c | 0..x | 1 | 1 | 1 | - | - | - | - | - | - | -")).toThrow(
    "not a number",
  );
});

test.each([
  ["CP75", "acc_pde:high", "P1"],
  ["CP75", "vib_de:high", "P5"],
  ["CP75", "p_suction:low", "P3"],
  ["CP75", "t_winding:high", "P6"],
  ["SC160", "t_oil_inj:low", "C5"],
  ["SC160", "dp_sep:flat-line", "X1"],
  ["GT5", "lube_press:low", "G5"],
  ["GT5", "egt:out-of-span", "X4"],
] as const)("%s: %s alone is taken for %s", (model, alarmType, code) => {
  const modes = MODELS[model].catalog.failureModes!;
  expect(modes.find((mode) => mode.symptoms.includes(alarmType))?.code).toBe(code);
});

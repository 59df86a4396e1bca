import type { ModelCatalog } from "@millwright/shared/domain/model";
import { CP75, CP75_ROWS } from "./cp75.ts";
import { GT5, GT5_ROWS } from "./gt5.ts";
import { SC160, SC160_ROWS } from "./sc160.ts";
import type { TagRow } from "./tag-table.ts";

export type ModelKey = "CP75" | "SC160" | "GT5";

type Model = { catalog: ModelCatalog; rows: readonly TagRow[] };

/** The maker's product models, as the API takes them, with the noise of their sensors. */
export const MODELS: Record<ModelKey, Model> = {
  CP75: { catalog: CP75, rows: CP75_ROWS },
  SC160: { catalog: SC160, rows: SC160_ROWS },
  GT5: { catalog: GT5, rows: GT5_ROWS },
};

/** The model with sensors that report `tempo` times as often: what takes minutes of samples then takes seconds. */
export function modelAt(key: ModelKey, tempo = 1): Model {
  if (tempo === 1) return MODELS[key];
  const { catalog, rows } = MODELS[key];
  const faster = rows.map((row) => {
    const expectedIntervalMs = Math.round(row.tag.expectedIntervalMs / tempo);
    return row.tag.onChange ? row : { ...row, tag: { ...row.tag, expectedIntervalMs } };
  });
  return { catalog: { ...catalog, tags: faster.map((row) => row.tag) }, rows: faster };
}

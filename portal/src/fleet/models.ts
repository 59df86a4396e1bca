import type { PortalDb } from "@millwright/shared/db/open";
import { models, modelTags } from "@millwright/shared/db/schema";
import { modelSchema } from "@millwright/shared/domain/model";
import { Failure } from "@millwright/shared/failure";
import { eq } from "drizzle-orm";
import type { z } from "zod";
import { auditEntry, commit } from "../access/audit.ts";
import { parseInput } from "../access/input.ts";
import { demand } from "../access/scope.ts";
import { isStaff, type Viewer } from "../access/viewer.ts";
import { newId } from "../secrets.ts";

/** A product model with its tag catalogue. Throws Failure "conflict" when the key is taken. */
export function createModel(
  db: PortalDb,
  viewer: Viewer,
  input: z.input<typeof modelSchema>,
  nowMs: number,
): { id: string } {
  demand(isStaff(viewer), "add product models");
  const model = parseInput(modelSchema, input);
  const id = newId("mod");
  return commit(db, (tx) => {
    if (tx.select().from(models).where(eq(models.key, model.key)).get()) {
      throw new Failure("conflict", `There is a model ${model.key} already.`, { field: "key" });
    }
    tx.insert(models)
      .values({
        id,
        key: model.key,
        name: model.name,
        running: model.running ?? null,
        failureModes: model.failureModes ?? [],
        createdAt: nowMs,
      })
      .run();
    for (const [position, { span, ...tag }] of model.tags.entries()) {
      tx.insert(modelTags)
        .values({ ...tag, modelId: id, position, spanLow: span.low, spanHigh: span.high })
        .run();
    }
    const detail = { key: model.key, tags: model.tags.length };
    auditEntry(tx, viewer, { at: nowMs, action: "model.created", subject: id, detail });
    return { id };
  });
}

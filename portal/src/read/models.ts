import type { PortalDb } from "@millwright/shared/db/open";
import { assets, models, modelTags, ownerships } from "@millwright/shared/db/schema";
import type { RunningRule, Tag } from "@millwright/shared/domain/model";
import { and, asc, eq, inArray, isNull, type SQL } from "drizzle-orm";
import { confinedTo, notFound } from "../access/scope.ts";
import type { Viewer } from "../access/viewer.ts";
import { after, limitOf, pageOf } from "./page.ts";
import type { ModelRow, Page, PageQuery } from "./rows.ts";

/** A customer sees the models of its own assets; the maker's staff sees all, by name. */
export function listModels(db: PortalDb, viewer: Viewer, query: PageQuery = {}): Page<ModelRow> {
  const rows = db
    .select()
    .from(models)
    .where(and(scope(db, viewer), after(models.name, models.id, "asc", query)))
    .orderBy(asc(models.name), asc(models.id))
    .limit(limitOf(query) + 1)
    .all();
  return pageOf(
    rows,
    query,
    (row) => [row.name, row.id],
    (shown) => withTags(db, shown),
  );
}

export function findModel(db: PortalDb, viewer: Viewer, id: string): ModelRow {
  const row = db
    .select()
    .from(models)
    .where(and(eq(models.id, id), scope(db, viewer)))
    .get();
  if (!row) throw notFound("model");
  return withTags(db, [row])[0]!;
}

function scope(db: PortalDb, viewer: Viewer): SQL | undefined {
  const owner = confinedTo(viewer);
  if (owner === null) return undefined;
  const own = db
    .select({ modelId: assets.modelId })
    .from(assets)
    .innerJoin(ownerships, and(eq(ownerships.assetId, assets.id), isNull(ownerships.to)))
    .where(eq(ownerships.customerId, owner));
  return inArray(models.id, own);
}

function withTags(db: PortalDb, rows: (typeof models.$inferSelect)[]): ModelRow[] {
  const tags = db
    .select()
    .from(modelTags)
    .where(
      inArray(
        modelTags.modelId,
        rows.map((row) => row.id),
      ),
    )
    .orderBy(asc(modelTags.position))
    .all();
  return rows.map((row) => ({
    id: row.id,
    key: row.key,
    name: row.name,
    tags: tags.filter((tag) => tag.modelId === row.id).map(toTag),
    ...(row.running ? { running: row.running } : {}),
    failureModes: row.failureModes,
    createdAt: row.createdAt,
  }));
}

/** The row in the catalogue's words; what was left out when it was made is left out again. */
function toTag(row: typeof modelTags.$inferSelect): Tag {
  return {
    key: row.key,
    name: row.name,
    unit: row.unit,
    span: { low: row.spanLow, high: row.spanHigh },
    expectedIntervalMs: row.expectedIntervalMs,
    ...(row.resolution === null ? {} : { resolution: row.resolution }),
    ...(row.limits === null ? {} : { limits: row.limits }),
    ...(row.maxRatePerS === null ? {} : { maxRatePerS: row.maxRatePerS }),
    ...(row.rateAlarmPerS === null ? {} : { rateAlarmPerS: row.rateAlarmPerS }),
    ...(row.flatLine ? {} : { flatLine: false }),
    ...(row.residual === null ? {} : { residual: row.residual }),
    ...(row.judgeAlways ? { judgeAlways: true } : {}),
    ...(row.onChange ? { onChange: true } : {}),
  };
}

/** When a machine of each model counts as running, by model id; those without a rule are left out. Whoever asks. */
export function runningRules(db: PortalDb): Map<string, RunningRule> {
  const rows = db.select({ id: models.id, running: models.running }).from(models).all();
  return new Map(rows.flatMap(({ id, running }) => (running ? [[id, running] as const] : [])));
}

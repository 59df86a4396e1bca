import type { PortalDb } from "@millwright/shared/db/open";
import { modelTags } from "@millwright/shared/db/schema";
import type { Limits } from "@millwright/shared/domain/model";
import type { TelemetryReader } from "@millwright/shared/telemetry/read-api";
import { asc, inArray } from "drizzle-orm";
import type { Viewer } from "../access/viewer.ts";
import { visibleFrom } from "./assets.ts";
import { fleetEntry } from "./fleet-index.ts";

/** What one small line shows: half-hour means of the last 24 h of one tag. */
export type Spark = {
  assetId: string;
  tag: string;
  name: string;
  unit: string;
  limits: Limits | null;
  points: { time: number; mean: number }[];
};

const HOUR = 3_600_000;
const SPARK_BUCKETS = 48;
/** What a page shows at once. */
const MOST_SPARKS = 100;

type SparkTag = { key: string; name: string; unit: string; limits: Limits | null };

/**
 * The lines of these machines, in one question to ingest. Those the viewer may not see are left out, as are those whose
 * model measures nothing; what lies before the viewer's ownership is cut off.
 */
export async function sparksOf(
  { db, telemetry }: { db: PortalDb; telemetry: TelemetryReader },
  viewer: Viewer,
  assetIds: readonly string[],
  now: number,
): Promise<{ from: number; to: number; sparks: Spark[] }> {
  // Whole half hours: answered from rollups, and the same line for everybody who looks.
  const to = Math.ceil(now / (HOUR / 2)) * (HOUR / 2);
  const from = to - (SPARK_BUCKETS * HOUR) / 2;
  const entries = [...new Set(assetIds)]
    .slice(0, MOST_SPARKS)
    .flatMap((id) => fleetEntry(db, viewer, id) ?? []);
  const tagByModel = sparkTags(db, [...new Set(entries.map(({ asset }) => asset.modelId))]);
  const lines = entries.flatMap(({ asset }) => {
    const tag = tagByModel.get(asset.modelId);
    return tag ? [{ asset, tag }] : [];
  });
  const devices = lines.flatMap(({ asset }) => asset.deviceIds);
  if (devices.length === 0) return { from, to, sparks: [] };
  const tags = [...new Set(lines.map(({ tag }) => tag.key))];
  const series = await telemetry.range({ devices, tags, from, to, buckets: SPARK_BUCKETS, byDevice: true });
  const pointsByKey = new Map(series.map((of) => [`${of.device} ${of.tag}`, of.points]));
  const sparks = lines.map(({ asset, tag }) => {
    const since = visibleFrom(db, viewer, asset.id);
    const meanByTime = new Map<number, number>();
    for (const device of asset.deviceIds) {
      for (const { time, mean } of pointsByKey.get(`${device} ${tag.key}`) ?? []) {
        if (time >= since) meanByTime.set(time, mean);
      }
    }
    const points = [...meanByTime].map(([time, mean]) => ({ time, mean })).sort((a, b) => a.time - b.time);
    return { assetId: asset.id, tag: tag.key, name: tag.name, unit: tag.unit, limits: tag.limits, points };
  });
  return { from, to, sparks };
}

/** A load tells most about a machine; else its first quantity with a limit, else its first. */
const LOAD = /\b(load|power|current)\b/i;

function sparkTags(db: PortalDb, modelIds: readonly string[]): Map<string, SparkTag> {
  const rows = db
    .select({
      modelId: modelTags.modelId,
      key: modelTags.key,
      name: modelTags.name,
      unit: modelTags.unit,
      limits: modelTags.limits,
    })
    .from(modelTags)
    .where(inArray(modelTags.modelId, [...modelIds]))
    .orderBy(asc(modelTags.position))
    .all();
  return new Map(
    modelIds.flatMap((id) => {
      const tags = rows.filter((row) => row.modelId === id);
      const tag = tags.find(({ name }) => LOAD.test(name)) ?? tags.find(({ limits }) => limits) ?? tags[0];
      return tag ? [[id, tag] as const] : [];
    }),
  );
}

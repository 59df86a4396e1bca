import type { PortalDb } from "@millwright/shared/db/open";
import type { Tag } from "@millwright/shared/domain/model";
import type { TelemetryReader } from "@millwright/shared/telemetry/read-api";
import type { Viewer } from "../access/viewer.ts";
import { listAlarms } from "./alarms.ts";
import { findAsset } from "./assets.ts";
import { findModel } from "./models.ts";
import type { AssetRow } from "./rows.ts";
import { seriesOf } from "./telemetry.ts";

/** The most machines that one chart can tell apart: the palette has so many colours. */
export const MOST_COMPARED = 8;

/** One cut of time for all: `buckets` equal ones of `widthMs`, from each machine's own start. */
export type Cut = { spanMs: number; widthMs: number; buckets: number };
export type Compared = {
  asset: AssetRow;
  tags: readonly Tag[];
  /** Event time of the first bucket, epoch ms; null: this machine has nothing to be aligned by. */
  from: number | null;
  /** Means by tag, one a bucket; null where nothing was measured. */
  meansByTag: Map<string, (number | null)[]>;
};

type Source = { db: PortalDb; telemetry: TelemetryReader };

/** Throws Failure "not_found" for a machine the viewer may not see. */
export function comparedAssets({ db }: Source, viewer: Viewer, ids: readonly string[]) {
  return ids.map((id) => {
    const asset = findAsset(db, viewer, id);
    return { asset, tags: findModel(db, viewer, asset.modelId).tags };
  });
}

/** Where each machine's newest alarm began, null without one. */
export function newestOnset({ db }: Source, viewer: Viewer, assetId: string): number | null {
  return listAlarms(db, viewer, { assetId, limit: 1 }).items[0]?.onset ?? null;
}

/** The means of these tags of one machine. Rejects when ingest does not answer. */
export async function meansOf(
  source: Source,
  viewer: Viewer,
  assetId: string,
  tags: readonly string[],
  from: number,
  { widthMs, buckets }: Cut,
): Promise<Map<string, (number | null)[]>> {
  const to = from + widthMs * buckets;
  const read = await seriesOf(source, viewer, assetId, { tags, from, to, buckets });
  return new Map(
    read.series.map(({ tag, points }) => {
      const means = new Array<number | null>(buckets).fill(null);
      for (const point of points) {
        const place = Math.floor((point.time - from) / widthMs);
        if (place >= 0 && place < buckets) means[place] = point.mean;
      }
      return [tag, means];
    }),
  );
}

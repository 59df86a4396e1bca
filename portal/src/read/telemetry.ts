import type { PortalDb } from "@millwright/shared/db/open";
import { devices, ownerships } from "@millwright/shared/db/schema";
import type { RejectedMessage, TelemetryReader } from "@millwright/shared/telemetry/read-api";
import type { LatestValue, RangeSeries } from "@millwright/shared/telemetry/store";
import { and, asc, eq, isNull } from "drizzle-orm";
import { confinedTo } from "../access/scope.ts";
import type { Viewer } from "../access/viewer.ts";
import { findAsset, visibleFrom } from "./assets.ts";
import { findDevice } from "./devices.ts";
import { findModel } from "./models.ts";

type Source = { db: PortalDb; telemetry: TelemetryReader };

export type AssetValue = Omit<LatestValue, "device"> & { name: string | null; unit: string | null };
/** `uncertain`: how many of a bucket's samples are; absent = none. */
export type AssetSeries = {
  tag: string;
  unit: string | null;
  points: (RangeSeries["points"][number] & { uncertain?: number })[];
};

/** Newest value of each tag, catalogue order first, then unlisted ones by name. None from before the viewer's ownership. */
export async function latestOf(
  { db, telemetry }: Source,
  viewer: Viewer,
  assetId: string,
): Promise<AssetValue[]> {
  const asset = findAsset(db, viewer, assetId);
  const since = visibleFrom(db, viewer, assetId);
  const { tags } = findModel(db, viewer, asset.modelId);
  const newestByTag = new Map<string, LatestValue>();
  if (asset.deviceIds.length > 0) {
    for (const value of await telemetry.latest(asset.deviceIds)) {
      const known = newestByTag.get(value.tag);
      if (value.time >= since && (!known || known.time < value.time)) newestByTag.set(value.tag, value);
    }
  }
  const positionByTag = new Map(tags.map((tag, position) => [tag.key, position]));
  const place = (tag: string) => positionByTag.get(tag) ?? tags.length;
  return [...newestByTag.values()]
    .sort((a, b) => place(a.tag) - place(b.tag) || a.tag.localeCompare(b.tag))
    .map(({ device: _, ...value }) => {
      const tag = tags[place(value.tag)];
      return { ...value, name: tag?.name ?? null, unit: tag?.unit ?? null };
    });
}

export type SeriesQuery = { tags?: readonly string[] | undefined; from: number; to: number; buckets: number };

/**
 * Buckets of the asked tags (default: the catalogue's, then others that have points), also of devices that were
 * replaced. What lies before the viewer's ownership is left out.
 */
export async function seriesOf(
  { db, telemetry }: Source,
  viewer: Viewer,
  assetId: string,
  { tags, from, to, buckets }: SeriesQuery,
): Promise<{ from: number; to: number; series: AssetSeries[] }> {
  const asset = findAsset(db, viewer, assetId);
  const start = Math.max(from, visibleFrom(db, viewer, assetId));
  const model = findModel(db, viewer, asset.modelId);
  const ids = deviceIdsEver(db, assetId);
  const query = { devices: ids, ...(tags ? { tags } : {}), from: start, to, buckets };
  const [found, doubts] =
    start < to && ids.length > 0
      ? await Promise.all([telemetry.range(query), telemetry.doubt?.(query) ?? []])
      : [[], []];
  const doubtByTag = new Map(
    doubts.map((of) => [of.tag, new Map(of.buckets.map(({ time, count }) => [time, count]))]),
  );
  const pointsByTag = new Map(found.map((series) => [series.tag, series.points]));
  const names = new Set(tags ?? [...model.tags.map((tag) => tag.key), ...pointsByTag.keys()]);
  const unitByTag = new Map(model.tags.map((tag) => [tag.key, tag.unit]));
  const series = [...names].map((tag) => ({
    tag,
    unit: unitByTag.get(tag) ?? null,
    points: (pointsByTag.get(tag) ?? [])
      .filter((point) => point.time >= start)
      .map((point) => {
        const uncertain = doubtByTag.get(tag)?.get(point.time);
        return uncertain ? { ...point, uncertain } : point;
      }),
  }));
  return { from: start, to, series };
}

/** Messages that could not be understood, newest first; a customer sees those of its own devices and time. */
export async function rejectedFor(
  { db, telemetry }: Source,
  viewer: Viewer,
  query: { before?: number | undefined; limit: number },
): Promise<{ items: RejectedMessage[]; nextBefore: number | null }> {
  const owner = confinedTo(viewer);
  const sinceByDevice = owner === null ? null : ownDevices(db, owner);
  if (sinceByDevice?.size === 0) return { items: [], nextBefore: null };
  const found = await telemetry.rejected({
    ...(sinceByDevice ? { devices: [...sinceByDevice.keys()] } : {}),
    ...(query.before === undefined ? {} : { before: query.before }),
    limit: query.limit,
  });
  const mayShow = (message: RejectedMessage) =>
    !sinceByDevice || message.receivedAt >= (sinceByDevice.get(message.deviceId) ?? Number.POSITIVE_INFINITY);
  const last = found.at(-1);
  return {
    items: found.filter(mayShow),
    nextBefore: found.length === query.limit && last ? last.id : null,
  };
}

/** What the device told of itself: firmware, hardware, what its maker likes; {} when nothing. */
export async function attributesOf(
  { db, telemetry }: Source,
  viewer: Viewer,
  deviceId: string,
): Promise<Record<string, unknown>> {
  const { id } = findDevice(db, viewer, deviceId);
  const [told] = (await telemetry.attributes?.([id])) ?? [];
  return told?.attributes ?? {};
}

export function deviceIdsEver(db: PortalDb, assetId: string): string[] {
  return db
    .select({ id: devices.id })
    .from(devices)
    .where(eq(devices.assetId, assetId))
    .orderBy(asc(devices.createdAt), asc(devices.id))
    .all()
    .map((row) => row.id);
}

/** Devices of the customer's assets, and since when they are its own. */
function ownDevices(db: PortalDb, customerId: string): Map<string, number> {
  const rows = db
    .select({ id: devices.id, from: ownerships.from })
    .from(devices)
    .innerJoin(ownerships, and(eq(ownerships.assetId, devices.assetId), isNull(ownerships.to)))
    .where(eq(ownerships.customerId, customerId))
    .all();
  return new Map(rows.map((row) => [row.id, row.from]));
}

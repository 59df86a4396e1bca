import type { PortalDb } from "@millwright/shared/db/open";
import { alarms, assets, shelvings } from "@millwright/shared/db/schema";
import { and, count, desc, eq, gte, isNull, max, min } from "drizzle-orm";
import { confinedTo } from "../access/scope.ts";
import type { Viewer } from "../access/viewer.ts";
import { shelvedFor } from "./shelf.ts";

/** How many alarms called since then (event time, epoch ms): what was shelved or arrived late called nobody. */
export function alarmsSince(db: PortalDb, viewer: Viewer, sinceMs: number): number {
  const found = db
    .select({ n: count() })
    .from(alarms)
    .leftJoin(shelvings, shelvedFor(viewer))
    .where(
      and(own(viewer), gte(alarms.raisedAt, sinceMs), eq(alarms.backfilled, false), isNull(shelvings.id)),
    )
    .get();
  return found?.n ?? 0;
}

export type Noisy = {
  assetId: string;
  assetName: string;
  type: string;
  summary: string;
  times: number;
  firstAt: number;
  lastAt: number;
};

/** The kinds of alarm that came most often since then, on one machine each; one that came once is no noise. */
export function noisiest(db: PortalDb, viewer: Viewer, sinceMs: number, most: number): Noisy[] {
  const times = count();
  const lastAt = max(alarms.raisedAt);
  return db
    .select({
      assetId: alarms.assetId,
      assetName: assets.name,
      type: alarms.type,
      // SQLite gives the columns beside max() from the row that has it.
      summary: alarms.summary,
      times,
      firstAt: min(alarms.raisedAt),
      lastAt,
    })
    .from(alarms)
    .innerJoin(assets, eq(assets.id, alarms.assetId))
    .where(and(own(viewer), gte(alarms.raisedAt, sinceMs)))
    .groupBy(alarms.assetId, alarms.type)
    .orderBy(desc(times), desc(lastAt))
    .limit(most)
    .all()
    .filter((row) => row.times > 1)
    .map((row) => ({ ...row, firstAt: row.firstAt ?? sinceMs, lastAt: row.lastAt ?? sinceMs }));
}

function own(viewer: Viewer) {
  const owner = confinedTo(viewer);
  return owner === null ? undefined : eq(alarms.customerId, owner);
}

import type { PortalDb } from "@millwright/shared/db/open";
import { sites } from "@millwright/shared/db/schema";
import { eq } from "drizzle-orm";
import { auditEntry, commit } from "../access/audit.ts";
import { demand, notFound } from "../access/scope.ts";
import { isStaff, type Viewer } from "../access/viewer.ts";
import type { Place } from "../map/mercator.ts";
import { sitePlaces } from "../read/map.ts";

/** Says where on earth a site is; null takes it off the map. Throws Failure "not_found", "unauthorized". */
export function placeSite(
  db: PortalDb,
  viewer: Viewer,
  siteId: string,
  place: Place | null,
  nowMs: number,
): { customerId: string; before: Place | null } {
  const site = sitePlaces(db, viewer).find((known) => known.id === siteId);
  if (!site) throw notFound("site");
  demand(isStaff(viewer), "change sites");
  const { customerId, latitude, longitude } = site;
  const before = latitude === null || longitude === null ? null : { latitude, longitude };
  return commit(db, (tx) => {
    tx.update(sites)
      .set({ latitude: place?.latitude ?? null, longitude: place?.longitude ?? null })
      .where(eq(sites.id, siteId))
      .run();
    const detail = { before, place };
    auditEntry(tx, viewer, { at: nowMs, action: "site.placed", subject: siteId, customerId, detail });
    return { customerId, before };
  });
}

import type { PortalDb } from "@millwright/shared/db/open";
import { customers, sites } from "@millwright/shared/db/schema";
import { asc, eq } from "drizzle-orm";
import { confinedTo } from "../access/scope.ts";
import type { Viewer } from "../access/viewer.ts";

export type SitePlace = {
  id: string;
  name: string;
  customerId: string;
  customerName: string;
  latitude: number | null;
  longitude: number | null;
};

/** Every site the viewer may see, by name: the map needs all at once. */
export function sitePlaces(db: PortalDb, viewer: Viewer): SitePlace[] {
  const owner = confinedTo(viewer);
  return db
    .select({
      id: sites.id,
      name: sites.name,
      customerId: sites.customerId,
      customerName: customers.name,
      latitude: sites.latitude,
      longitude: sites.longitude,
    })
    .from(sites)
    .innerJoin(customers, eq(customers.id, sites.customerId))
    .where(owner === null ? undefined : eq(sites.customerId, owner))
    .orderBy(asc(sites.name), asc(sites.id))
    .all();
}

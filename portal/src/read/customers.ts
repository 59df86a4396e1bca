import type { PortalDb } from "@millwright/shared/db/open";
import { customers, ownerships, sites, tickets } from "@millwright/shared/db/schema";
import { and, asc, eq, inArray, isNull, type SQL, sql } from "drizzle-orm";
import { confinedTo, notFound } from "../access/scope.ts";
import type { Viewer } from "../access/viewer.ts";
import { after, limitOf, pageOf } from "./page.ts";
import type { CustomerRow, Page, PageQuery, SiteRow } from "./rows.ts";

/** A customer sees itself; the maker's staff sees all, by name. */
export function listCustomers(db: PortalDb, viewer: Viewer, query: PageQuery = {}): Page<CustomerRow> {
  const rows = db
    .select()
    .from(customers)
    .where(and(scope(viewer), after(customers.name, customers.id, "asc", query)))
    .orderBy(asc(customers.name), asc(customers.id))
    .limit(limitOf(query) + 1)
    .all();
  return pageOf(
    rows,
    query,
    (row) => [row.name, row.id],
    (shown) => withCounts(db, shown),
  );
}

export function findCustomer(db: PortalDb, viewer: Viewer, id: string): CustomerRow {
  const row = db
    .select()
    .from(customers)
    .where(and(eq(customers.id, id), scope(viewer)))
    .get();
  if (!row) throw notFound("customer");
  return withCounts(db, [row])[0]!;
}

export function listSites(
  db: PortalDb,
  viewer: Viewer,
  query: PageQuery & { customerId?: string | undefined } = {},
): Page<SiteRow> {
  const owner = confinedTo(viewer);
  const rows = db
    .select({
      id: sites.id,
      customerId: sites.customerId,
      customerName: customers.name,
      name: sites.name,
      timeZone: sites.timeZone,
      latitude: sites.latitude,
      longitude: sites.longitude,
    })
    .from(sites)
    .innerJoin(customers, eq(customers.id, sites.customerId))
    .where(
      and(
        owner === null ? undefined : eq(sites.customerId, owner),
        query.customerId === undefined ? undefined : eq(sites.customerId, query.customerId),
        after(sites.name, sites.id, "asc", query),
      ),
    )
    .orderBy(asc(sites.name), asc(sites.id))
    .limit(limitOf(query) + 1)
    .all();
  return pageOf(
    rows,
    query,
    (row) => [row.name, row.id],
    (shown) => shown,
  );
}

function scope(viewer: Viewer): SQL | undefined {
  const owner = confinedTo(viewer);
  return owner === null ? undefined : eq(customers.id, owner);
}

function withCounts(db: PortalDb, rows: { id: string; name: string; createdAt: number }[]): CustomerRow[] {
  const ids = rows.map((row) => row.id);
  const count = sql<number>`count(*)`;
  const siteCounts = db
    .select({ id: sites.customerId, count })
    .from(sites)
    .where(inArray(sites.customerId, ids))
    .groupBy(sites.customerId)
    .all();
  const assetCounts = db
    .select({ id: ownerships.customerId, count })
    .from(ownerships)
    .where(and(inArray(ownerships.customerId, ids), isNull(ownerships.to)))
    .groupBy(ownerships.customerId)
    .all();
  const ticketCounts = db
    .select({ id: tickets.customerId, count })
    .from(tickets)
    .where(and(inArray(tickets.customerId, ids), isNull(tickets.endedAt)))
    .groupBy(tickets.customerId)
    .all();
  const of = (counts: { id: string; count: number }[], id: string) =>
    counts.find((c) => c.id === id)?.count ?? 0;
  return rows.map((row) => ({
    ...row,
    sites: of(siteCounts, row.id),
    assets: of(assetCounts, row.id),
    openTickets: of(ticketCounts, row.id),
  }));
}

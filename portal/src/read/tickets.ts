import type { PortalDb } from "@millwright/shared/db/open";
import { alarms, assets, comments, customers, sites, tickets, user } from "@millwright/shared/db/schema";
import type { TicketState } from "@millwright/shared/domain/ticket";
import { and, asc, desc, eq, inArray, isNull, ne, type SQL, sql } from "drizzle-orm";
import { confinedTo, notFound } from "../access/scope.ts";
import type { Viewer } from "../access/viewer.ts";
import { after, limitOf, pageOf } from "./page.ts";
import type { CommentRow, Page, PageQuery, TicketRow } from "./rows.ts";

export type TicketQuery = PageQuery & {
  assetId?: string | undefined;
  /** open: not ended. Default all. */
  state?: TicketState | "open" | "all" | undefined;
  customerId?: string | undefined;
};

/** Tickets on the viewer's account, newest first. */
export function listTickets(db: PortalDb, viewer: Viewer, query: TicketQuery = {}): Page<TicketRow> {
  const state = query.state ?? "all";
  const rows = select(
    db,
    and(
      scope(viewer),
      query.assetId === undefined ? undefined : eq(tickets.assetId, query.assetId),
      query.customerId === undefined ? undefined : eq(tickets.customerId, query.customerId),
      state === "open" ? isNull(tickets.endedAt) : undefined,
      state === "open" || state === "all" ? undefined : eq(tickets.state, state),
      after(tickets.openedAt, tickets.id, "desc", query),
    ),
  )
    .orderBy(desc(tickets.openedAt), desc(tickets.id))
    .limit(limitOf(query) + 1)
    .all();
  return pageOf(
    rows,
    query,
    (row) => [row.openedAt, row.id],
    (shown) => withAlarmCount(db, shown),
  );
}

export function findTicket(db: PortalDb, viewer: Viewer, id: string): TicketRow {
  const row = select(db, and(eq(tickets.id, id), scope(viewer))).get();
  if (!row) throw notFound("ticket");
  return withAlarmCount(db, [row])[0]!;
}

/** Oldest first; internal notes are for the maker's staff only. */
export function ticketComments(db: PortalDb, viewer: Viewer, id: string): CommentRow[] {
  findTicket(db, viewer, id);
  return db
    .select({
      id: comments.id,
      kind: comments.kind,
      authorName: comments.authorName,
      text: comments.text,
      at: comments.at,
    })
    .from(comments)
    .where(
      and(eq(comments.ticketId, id), confinedTo(viewer) === null ? undefined : ne(comments.kind, "internal")),
    )
    .orderBy(asc(comments.at), asc(sql`rowid`))
    .all();
}

function scope(viewer: Viewer): SQL | undefined {
  const owner = confinedTo(viewer);
  return owner === null ? undefined : eq(tickets.customerId, owner);
}

function select(db: PortalDb, where: SQL | undefined) {
  // After a sale the asset stands on the new owner's site, which the earlier owner must not learn.
  const ownSite = and(eq(sites.id, assets.siteId), eq(sites.customerId, tickets.customerId));
  return db
    .select({
      id: tickets.id,
      number: tickets.number,
      assetId: tickets.assetId,
      assetName: assets.name,
      serialNumber: assets.serialNumber,
      siteName: sites.name,
      timeZone: sites.timeZone,
      customerId: tickets.customerId,
      customerName: customers.name,
      alarmType: tickets.alarmType,
      failureMode: tickets.failureMode,
      title: tickets.title,
      description: tickets.description,
      priority: tickets.priority,
      state: tickets.state,
      openedAt: tickets.openedAt,
      updatedAt: tickets.updatedAt,
      endedAt: tickets.endedAt,
      assignee: user.name,
      assigneeId: tickets.assignee,
      disposition: tickets.disposition,
      resolution: tickets.resolution,
      reopenedCount: tickets.reopenedCount,
    })
    .from(tickets)
    .innerJoin(customers, eq(customers.id, tickets.customerId))
    .leftJoin(assets, eq(assets.id, tickets.assetId))
    .leftJoin(sites, ownSite)
    .leftJoin(user, eq(user.id, tickets.assignee))
    .where(where);
}

function withAlarmCount(db: PortalDb, rows: Omit<TicketRow, "alarms">[]): TicketRow[] {
  const ids = rows.map((row) => row.id);
  const counted = db
    .select({ ticketId: alarms.ticketId, count: sql<number>`count(*)` })
    .from(alarms)
    .where(inArray(alarms.ticketId, ids))
    .groupBy(alarms.ticketId)
    .all();
  const countById = new Map(counted.map((row) => [row.ticketId, row.count]));
  return rows.map((row) => ({ ...row, alarms: countById.get(row.id) ?? 0 }));
}

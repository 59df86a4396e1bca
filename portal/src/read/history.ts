import type { PortalDb } from "@millwright/shared/db/open";
import { alarms, customers, devices, ownerships, shelvings, tickets } from "@millwright/shared/db/schema";
import type { Column } from "drizzle-orm";
import { and, desc, eq, gt, gte, isNotNull, lt } from "drizzle-orm";
import { confinedTo } from "../access/scope.ts";
import { isStaff, type Viewer } from "../access/viewer.ts";
import { listAnnotations } from "./annotations.ts";
import { visibleFrom } from "./assets.ts";

export const HISTORY_KINDS = ["alarm", "ticket", "shelving", "device", "ownership", "note"] as const;
export type HistoryKind = (typeof HISTORY_KINDS)[number];

/** One thing that happened to a machine; `what` says which, and the page makes the sentence. */
export type HistoryEvent = { at: number; kind: HistoryKind } & (
  | {
      what: "raised" | "cleared";
      summary: string;
      late: boolean;
      ticket: { id: string; number: number } | null;
    }
  | { what: "opened" | "ended"; ticket: { id: string; number: number }; title: string }
  | { what: "shelved" | "unshelved"; type: string; by: string | null; reason: string; until: number | null }
  | { what: "registered" | "revoked"; name: string; gateway: boolean }
  | { what: "owned"; customer: string }
  | { what: "noted"; text: string; by: string; internal: boolean }
);

type HistoryQuery = {
  /** Only what happened before then, epoch ms. */
  before?: number | undefined;
  kind?: HistoryKind | undefined;
  limit: number;
};

type Source = (known: {
  db: PortalDb;
  viewer: Viewer;
  assetId: string;
  since: number;
  before: number;
  limit: number;
}) => HistoryEvent[];

/**
 * What happened to the machine, newest first, as far as the viewer may know: a customer's history begins with its
 * ownership and holds its own alarms and tickets. `next` is where to read on, null at the beginning.
 * Throws Failure "not_found" for an asset the viewer may not see.
 */
export function historyOf(
  db: PortalDb,
  viewer: Viewer,
  assetId: string,
  query: HistoryQuery,
): { events: HistoryEvent[]; next: number | null } {
  const since = visibleFrom(db, viewer, assetId);
  const known = {
    db,
    viewer,
    assetId,
    since,
    before: query.before ?? Number.MAX_SAFE_INTEGER,
    limit: query.limit + 1,
  };
  const all = SOURCES.filter(([kind]) => query.kind === undefined || query.kind === kind)
    .flatMap(([, source]) => source(known))
    .sort((a, b) => b.at - a.at);
  if (all.length <= query.limit) return { events: all, next: null };
  const last = all[query.limit - 1]!.at;
  // Whatever happened in the same moment stays together, so that "before" loses none of it.
  return { events: all.filter((event) => event.at >= last), next: last };
}

const within = (column: Column, { since, before }: { since: number; before: number }) =>
  and(isNotNull(column), gte(column, since), lt(column, before));

const ticketOf = (row: { ticketId: string | null; ticketNumber: number | null }) =>
  row.ticketId !== null && row.ticketNumber !== null ? { id: row.ticketId, number: row.ticketNumber } : null;

const alarmEvents =
  (what: "raised" | "cleared"): Source =>
  ({ db, viewer, assetId, limit, ...span }) => {
    const at = what === "raised" ? alarms.raisedAt : alarms.clearedAt;
    const owner = confinedTo(viewer);
    return db
      .select({
        at,
        summary: alarms.summary,
        late: alarms.backfilled,
        ticketId: alarms.ticketId,
        ticketNumber: tickets.number,
      })
      .from(alarms)
      .leftJoin(tickets, eq(tickets.id, alarms.ticketId))
      .where(
        and(
          eq(alarms.assetId, assetId),
          owner === null ? undefined : eq(alarms.customerId, owner),
          within(at, span),
        ),
      )
      .orderBy(desc(at))
      .limit(limit)
      .all()
      .map((row) => ({
        at: row.at ?? 0,
        kind: "alarm",
        what,
        summary: row.summary,
        late: row.late && what === "raised",
        ticket: ticketOf(row),
      }));
  };

const ticketEvents =
  (what: "opened" | "ended"): Source =>
  ({ db, viewer, assetId, limit, ...span }) => {
    const at = what === "opened" ? tickets.openedAt : tickets.endedAt;
    const owner = confinedTo(viewer);
    return db
      .select({ at, id: tickets.id, number: tickets.number, title: tickets.title })
      .from(tickets)
      .where(
        and(
          eq(tickets.assetId, assetId),
          owner === null ? undefined : eq(tickets.customerId, owner),
          within(at, span),
        ),
      )
      .orderBy(desc(at))
      .limit(limit)
      .all()
      .map(({ at: when, id, number, title }) => ({
        at: when ?? 0,
        kind: "ticket",
        what,
        ticket: { id, number },
        title,
      }));
  };

/** The maker's own business. */
const shelvingEvents =
  (what: "shelved" | "unshelved"): Source =>
  ({ db, viewer, assetId, limit, ...span }) => {
    if (!isStaff(viewer)) return [];
    const at = what === "shelved" ? shelvings.at : shelvings.endedAt;
    return db
      .select()
      .from(shelvings)
      .where(and(eq(shelvings.assetId, assetId), within(at, span)))
      .orderBy(desc(at))
      .limit(limit)
      .all()
      .map((row) => ({
        at: (what === "shelved" ? row.at : row.endedAt) ?? 0,
        kind: "shelving",
        what,
        type: row.type,
        by: what === "shelved" ? row.byName : row.endedBy,
        reason: row.reason,
        until: row.until,
      }));
  };

const deviceEvents =
  (what: "registered" | "revoked"): Source =>
  ({ db, assetId, limit, ...span }) => {
    const at = what === "registered" ? devices.createdAt : devices.revokedAt;
    return db
      .select({ at, name: devices.name, kind: devices.kind })
      .from(devices)
      .where(and(eq(devices.assetId, assetId), within(at, span)))
      .orderBy(desc(at))
      .limit(limit)
      .all()
      .map((row) => ({
        at: row.at ?? 0,
        kind: "device",
        what,
        name: row.name,
        gateway: row.kind === "gateway",
      }));
  };

/** Who owned it before is nobody's business but the maker's. */
const ownershipEvents: Source = ({ db, viewer, assetId, limit, ...span }) => {
  const owner = confinedTo(viewer);
  return db
    .select({ at: ownerships.from, customer: customers.name })
    .from(ownerships)
    .innerJoin(customers, eq(customers.id, ownerships.customerId))
    .where(
      and(
        eq(ownerships.assetId, assetId),
        owner === null ? undefined : eq(ownerships.customerId, owner),
        // 0: it has been theirs since ever, which is no event.
        gt(ownerships.from, 0),
        within(ownerships.from, span),
      ),
    )
    .orderBy(desc(ownerships.from))
    .limit(limit)
    .all()
    .map((row) => ({ ...row, kind: "ownership", what: "owned" }));
};

const noteEvents: Source = ({ db, viewer, assetId, limit, since, before }) =>
  listAnnotations(db, viewer, { assetId, from: since, to: before - 1 })
    .slice(0, limit)
    .map((note) => ({
      at: note.from,
      kind: "note",
      what: "noted",
      text: note.text,
      by: note.authorName,
      internal: note.internal,
    }));

const SOURCES: readonly (readonly [HistoryKind, Source])[] = [
  ["alarm", alarmEvents("raised")],
  ["alarm", alarmEvents("cleared")],
  ["ticket", ticketEvents("opened")],
  ["ticket", ticketEvents("ended")],
  ["shelving", shelvingEvents("shelved")],
  ["shelving", shelvingEvents("unshelved")],
  ["device", deviceEvents("registered")],
  ["device", deviceEvents("revoked")],
  ["ownership", ownershipEvents],
  ["note", noteEvents],
];

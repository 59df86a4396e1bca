import type { PortalDb } from "@millwright/shared/db/open";
import { savedViews, user } from "@millwright/shared/db/schema";
import { and, asc, eq, isNull, or, type SQL } from "drizzle-orm";
import { confinedTo, notFound } from "../access/scope.ts";
import type { Viewer } from "../access/viewer.ts";

export type ViewPage = (typeof savedViews.$inferSelect)["page"];
export const VIEW_PAGES: readonly ViewPage[] = ["fleet", "alarms", "tickets"];

export type SavedView = {
  id: string;
  page: ViewPage;
  name: string;
  /** The page's query string, without the question mark. */
  query: string;
  team: boolean;
  /** Who made it: the reader, or a colleague. */
  own: boolean;
  authorName: string;
};

/** The reader's own views and those of its side (the maker's staff, one customer), by age. A key has none. */
export function listViews(db: PortalDb, viewer: Viewer, page?: ViewPage): SavedView[] {
  if (viewer.kind === "key") return [];
  return select(db, viewer, and(scope(viewer), page === undefined ? undefined : eq(savedViews.page, page)));
}

/** Throws Failure "not_found" for another side's view, or another person's private one. */
export function findView(db: PortalDb, viewer: Viewer, id: string): SavedView {
  const [found] = select(db, viewer, and(scope(viewer), eq(savedViews.id, id)));
  if (!found) throw notFound("view");
  return found;
}

function scope(viewer: Viewer): SQL | undefined {
  const owner = confinedTo(viewer);
  const side = owner === null ? isNull(savedViews.customerId) : eq(savedViews.customerId, owner);
  return or(eq(savedViews.userId, viewer.id), and(eq(savedViews.team, true), side));
}

function select(db: PortalDb, viewer: Viewer, where: SQL | undefined): SavedView[] {
  return db
    .select({
      id: savedViews.id,
      page: savedViews.page,
      name: savedViews.name,
      query: savedViews.query,
      team: savedViews.team,
      userId: savedViews.userId,
      authorName: user.name,
    })
    .from(savedViews)
    .innerJoin(user, eq(user.id, savedViews.userId))
    .where(where)
    .orderBy(asc(savedViews.createdAt), asc(savedViews.id))
    .all()
    .map(({ userId, ...view }) => ({ ...view, own: userId === viewer.id }));
}

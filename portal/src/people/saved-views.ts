import type { PortalDb } from "@millwright/shared/db/open";
import { savedViews } from "@millwright/shared/db/schema";
import { Failure } from "@millwright/shared/failure";
import { and, count, eq } from "drizzle-orm";
import { z } from "zod";
import { commit } from "../access/audit.ts";
import { nameSchema, parseInput } from "../access/input.ts";
import { confinedTo, demand } from "../access/scope.ts";
import { mayWrite, type Viewer } from "../access/viewer.ts";
import { findView, type SavedView, VIEW_PAGES } from "../read/saved-views.ts";
import { newId } from "../secrets.ts";

/** A list of more tabs than this is no help; it also bounds what one person can store. */
const MOST = 40;
const querySchema = z.string().max(2000, "is too long: choose fewer values");
const newSchema = z.object({
  page: z.enum(VIEW_PAGES as [string, ...string[]]).transform((page) => page as SavedView["page"]),
  name: nameSchema.max(60, "must be at most 60 characters"),
  query: querySchema,
  team: z.boolean(),
});
const changeSchema = newSchema.pick({ name: true, query: true, team: true }).partial();

/** Keeps a list's filter under a name. A team view is for colleagues too, which a customer's viewer may not give them. */
export function saveView(db: PortalDb, viewer: Viewer, input: unknown, nowMs: number): string {
  demand(viewer.kind === "user", "save a view with a key");
  const view = parseInput(newSchema, input);
  if (view.team) demand(mayWrite(viewer), "save a view for your team");
  const id = newId("view");
  commit(db, (tx) => {
    const had = tx
      .select({ n: count() })
      .from(savedViews)
      .where(and(eq(savedViews.userId, viewer.id), eq(savedViews.page, view.page)))
      .get();
    if ((had?.n ?? 0) >= MOST) {
      throw new Failure("conflict", `You have ${MOST} views of this list. Delete one first.`, {
        field: "name",
      });
    }
    tx.insert(savedViews)
      .values({ ...view, id, userId: viewer.id, customerId: confinedTo(viewer), createdAt: nowMs })
      .run();
  });
  return id;
}

/** A new name, another filter, or for whom. */
export function changeView(db: PortalDb, viewer: Viewer, id: string, input: unknown): SavedView {
  const view = findView(db, viewer, id);
  demandChange(viewer, view);
  const change = parseInput(changeSchema, input);
  if (change.team) demand(mayWrite(viewer), "save a view for your team");
  if (Object.keys(change).length > 0) {
    db.update(savedViews).set(change).where(eq(savedViews.id, id)).run();
  }
  return { ...view, ...change };
}

/** Returns what it was, so that it can be made again. */
export function deleteView(db: PortalDb, viewer: Viewer, id: string): SavedView {
  const view = findView(db, viewer, id);
  demandChange(viewer, view);
  db.delete(savedViews).where(eq(savedViews.id, id)).run();
  return view;
}

/** Own views, and a team's by whoever runs that side. */
export const mayChangeView = (viewer: Viewer, view: SavedView): boolean =>
  view.own || (view.team && (viewer.role === "administrator" || viewer.role === "owner"));

function demandChange(viewer: Viewer, view: SavedView): void {
  demand(mayChangeView(viewer, view), "change a colleague's view");
}

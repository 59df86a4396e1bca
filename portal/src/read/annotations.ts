import type { PortalDb } from "@millwright/shared/db/open";
import { annotations } from "@millwright/shared/db/schema";
import { and, desc, eq, gte, isNull, lte, type SQL, sql } from "drizzle-orm";
import { confinedTo, notFound } from "../access/scope.ts";
import { isAdministrator, mayWrite, type Viewer } from "../access/viewer.ts";
import { findAsset } from "./assets.ts";

/** A note on a machine's time axis: of a moment (`to` null) or a stretch, epoch ms. */
export type AnnotationRow = {
  id: string;
  assetId: string;
  customerId: string;
  /** null = of the whole machine. */
  tag: string | null;
  from: number;
  to: number | null;
  text: string;
  /** For the maker's staff only. */
  internal: boolean;
  authorId: string;
  authorName: string;
  createdAt: number;
  /** Set: taken away; it can be brought back. */
  removedAt: number | null;
};

const MOST = 200;

type AnnotationQuery = {
  assetId: string;
  /** Notes that lie in, or reach into, from..to. */
  from?: number | undefined;
  to?: number | undefined;
};

/**
 * Notes on the asset, newest time first. A customer sees those of its own time that are not internal. Throws Failure
 * "not_found" for an asset the viewer may not see.
 */
export function listAnnotations(db: PortalDb, viewer: Viewer, query: AnnotationQuery): AnnotationRow[] {
  const { assetId, from, to } = query;
  findAsset(db, viewer, assetId);
  return db
    .select()
    .from(annotations)
    .where(
      and(
        eq(annotations.assetId, assetId),
        scope(viewer),
        isNull(annotations.removedAt),
        to === undefined ? undefined : lte(annotations.from, to),
        from === undefined ? undefined : gte(sql`coalesce(${annotations.to}, ${annotations.from})`, from),
      ),
    )
    .orderBy(desc(annotations.from), desc(annotations.id))
    .limit(MOST)
    .all();
}

/** Also one that was taken away. Throws Failure "not_found" for what the viewer may not see. */
export function findAnnotation(db: PortalDb, viewer: Viewer, id: string): AnnotationRow {
  const row = db
    .select()
    .from(annotations)
    .where(and(eq(annotations.id, id), scope(viewer)))
    .get();
  if (!row) throw notFound("note");
  findAsset(db, viewer, row.assetId);
  return row;
}

/** Who wrote it, and administrators. */
export const mayChange = (viewer: Viewer, row: Pick<AnnotationRow, "authorId">): boolean =>
  mayWrite(viewer) && (row.authorId === viewer.id || isAdministrator(viewer));

function scope(viewer: Viewer): SQL | undefined {
  const owner = confinedTo(viewer);
  return owner === null ? undefined : and(eq(annotations.customerId, owner), eq(annotations.internal, false));
}

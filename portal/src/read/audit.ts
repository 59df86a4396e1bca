import type { PortalDb } from "@millwright/shared/db/open";
import { auditEntries } from "@millwright/shared/db/schema";
import { and, desc, eq } from "drizzle-orm";
import { demand } from "../access/scope.ts";
import { isStaff, type Viewer } from "../access/viewer.ts";
import { after, limitOf, pageOf } from "./page.ts";
import type { AuditRow, Page, PageQuery } from "./rows.ts";

/** Who did what, newest first; for the maker's staff. */
export function listAudit(
  db: PortalDb,
  viewer: Viewer,
  query: PageQuery & { subject?: string | undefined } = {},
): Page<AuditRow> {
  demand(isStaff(viewer), "read the audit log");
  const rows = db
    .select()
    .from(auditEntries)
    .where(
      and(
        query.subject === undefined ? undefined : eq(auditEntries.subject, query.subject),
        after(auditEntries.id, auditEntries.id, "desc", query),
      ),
    )
    .orderBy(desc(auditEntries.id))
    .limit(limitOf(query) + 1)
    .all();
  return pageOf(
    rows,
    query,
    (row) => [row.id, row.id],
    (shown) => shown,
  );
}

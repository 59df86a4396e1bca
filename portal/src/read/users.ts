import type { PortalDb } from "@millwright/shared/db/open";
import { customers, user } from "@millwright/shared/db/schema";
import { and, asc, eq } from "drizzle-orm";
import { confinedTo } from "../access/scope.ts";
import type { Viewer } from "../access/viewer.ts";
import { after, limitOf, pageOf } from "./page.ts";
import type { Page, PageQuery, UserRow } from "./rows.ts";

/** A customer's people see their own colleagues; the maker's staff sees everyone, by e-mail. */
export function listUsers(
  db: PortalDb,
  viewer: Viewer,
  query: PageQuery & { customerId?: string | undefined } = {},
): Page<UserRow> {
  const owner = confinedTo(viewer);
  const rows = db
    .select({
      id: user.id,
      name: user.name,
      email: user.email,
      role: user.role,
      customerId: user.customerId,
      customerName: customers.name,
      createdAt: user.createdAt,
    })
    .from(user)
    .leftJoin(customers, eq(customers.id, user.customerId))
    .where(
      and(
        owner === null ? undefined : eq(user.customerId, owner),
        query.customerId === undefined ? undefined : eq(user.customerId, query.customerId),
        after(user.email, user.id, "asc", query),
      ),
    )
    .orderBy(asc(user.email), asc(user.id))
    .limit(limitOf(query) + 1)
    .all();
  return pageOf(
    rows,
    query,
    (row) => [row.email, row.id],
    (shown) => shown.map((row) => ({ ...row, createdAt: row.createdAt.getTime() })),
  );
}

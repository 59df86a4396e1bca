import type { PortalDb } from "@millwright/shared/db/open";
import { account, customers, user } from "@millwright/shared/db/schema";
import { and, asc, eq, type SQL, sql } from "drizzle-orm";
import { confinedTo, notFound } from "../access/scope.ts";
import type { Viewer } from "../access/viewer.ts";
import { after, limitOf, pageOf } from "./page.ts";
import type { Page, PageQuery, UserRow } from "./rows.ts";

/** A customer's people see their own colleagues; the maker's staff sees everyone, by e-mail. */
export function listUsers(
  db: PortalDb,
  viewer: Viewer,
  query: PageQuery & { customerId?: string | undefined } = {},
): Page<UserRow> {
  const rows = select(
    db,
    and(
      scope(viewer),
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
    (shown) => shown.map(toRow),
  );
}

export function findUser(db: PortalDb, viewer: Viewer, id: string): UserRow {
  const row = select(db, and(eq(user.id, id), scope(viewer))).get();
  if (!row) throw notFound("user");
  return toRow(row);
}

function scope(viewer: Viewer): SQL | undefined {
  const owner = confinedTo(viewer);
  return owner === null ? undefined : eq(user.customerId, owner);
}

function select(db: PortalDb, where: SQL | undefined) {
  return db
    .select({
      id: user.id,
      name: user.name,
      email: user.email,
      role: user.role,
      customerId: user.customerId,
      customerName: customers.name,
      hasPassword: sql<number>`${account.password} is not null`,
      createdAt: user.createdAt,
    })
    .from(user)
    .leftJoin(customers, eq(customers.id, user.customerId))
    .leftJoin(account, and(eq(account.userId, user.id), eq(account.providerId, "credential")))
    .where(where);
}

function toRow({
  hasPassword,
  createdAt,
  ...row
}: Omit<UserRow, "canSignIn" | "createdAt"> & { hasPassword: number; createdAt: Date }): UserRow {
  return { ...row, canSignIn: Boolean(hasPassword), createdAt: createdAt.getTime() };
}

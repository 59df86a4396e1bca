import type { PortalDb } from "@millwright/shared/db/open";
import { apiKeys, customers } from "@millwright/shared/db/schema";
import { desc, eq } from "drizzle-orm";
import { demand } from "../access/scope.ts";
import { isAdministrator, type Viewer } from "../access/viewer.ts";
import { after, limitOf, pageOf } from "./page.ts";
import type { KeyRow, Page, PageQuery } from "./rows.ts";

/** Keys of programs, newest first; for administrators. The keys themselves are not kept. */
export function listKeys(db: PortalDb, viewer: Viewer, query: PageQuery = {}): Page<KeyRow> {
  demand(isAdministrator(viewer), "read the API keys");
  const rows = db
    .select({
      id: apiKeys.id,
      name: apiKeys.name,
      role: apiKeys.role,
      customerId: apiKeys.customerId,
      customerName: customers.name,
      createdAt: apiKeys.createdAt,
      lastUsedAt: apiKeys.lastUsedAt,
      revokedAt: apiKeys.revokedAt,
    })
    .from(apiKeys)
    .leftJoin(customers, eq(customers.id, apiKeys.customerId))
    .where(after(apiKeys.createdAt, apiKeys.id, "desc", query))
    .orderBy(desc(apiKeys.createdAt), desc(apiKeys.id))
    .limit(limitOf(query) + 1)
    .all();
  return pageOf(
    rows,
    query,
    (row) => [row.createdAt, row.id],
    (shown) => shown,
  );
}

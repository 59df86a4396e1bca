import type { PortalDb } from "@millwright/shared/db/open";
import { apiKeys } from "@millwright/shared/db/schema";
import { ROLES } from "@millwright/shared/db/schema/people";
import { and, eq, isNull } from "drizzle-orm";
import { z } from "zod";
import { auditEntry, commit } from "../access/audit.ts";
import { idSchema, invalid, nameSchema, parseInput } from "../access/input.ts";
import { createKey } from "../access/key.ts";
import { demand, notFound } from "../access/scope.ts";
import { isAdministrator, type Viewer } from "../access/viewer.ts";
import { demandCustomer } from "../fleet/customers.ts";

export const newKeySchema = z.strictObject({
  name: nameSchema,
  role: z.enum(ROLES),
  /** Required for owner and viewer, absent for the maker's own programs. */
  customerId: idSchema.optional(),
});

/** A key for a program; the key itself is returned, once, and kept as a hash. */
export function addKey(
  db: PortalDb,
  viewer: Viewer,
  input: z.input<typeof newKeySchema>,
  nowMs: number,
): { key: string } {
  demand(isAdministrator(viewer), "make API keys");
  const { name, role, customerId } = parseInput(newKeySchema, input);
  const forCustomer = role === "owner" || role === "viewer";
  if (forCustomer && customerId === undefined)
    throw invalid("customerId", `a ${role} key belongs to a customer`);
  if (!forCustomer && customerId !== undefined)
    throw invalid("customerId", `an ${role} key belongs to no customer`);
  if (customerId !== undefined) demandCustomer(db, customerId);
  return { key: createKey(db, { name, role, customerId: customerId ?? null }, nowMs, viewer) };
}

/** The key stops working at once. Revoking it again changes nothing. */
export function revokeKey(db: PortalDb, viewer: Viewer, id: string, nowMs: number): void {
  demand(isAdministrator(viewer), "revoke API keys");
  commit(db, (tx) => {
    const known = tx.select().from(apiKeys).where(eq(apiKeys.id, id)).get();
    if (!known) throw notFound("key");
    const changed = tx
      .update(apiKeys)
      .set({ revokedAt: nowMs })
      .where(and(eq(apiKeys.id, id), isNull(apiKeys.revokedAt)))
      .run();
    if (changed.changes === 0) return;
    const { customerId, name } = known;
    auditEntry(tx, viewer, { at: nowMs, action: "key.revoked", subject: id, customerId, detail: { name } });
  });
}

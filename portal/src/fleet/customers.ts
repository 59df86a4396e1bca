import type { PortalDb } from "@millwright/shared/db/open";
import { customers } from "@millwright/shared/db/schema";
import { eq } from "drizzle-orm";
import { z } from "zod";
import { auditEntry, commit, type Writer } from "../access/audit.ts";
import { invalid, nameSchema, parseInput } from "../access/input.ts";
import { demand } from "../access/scope.ts";
import { isStaff, type Viewer } from "../access/viewer.ts";
import { newId } from "../secrets.ts";

export const newCustomerSchema = z.strictObject({ name: nameSchema });

export function createCustomer(
  db: PortalDb,
  viewer: Viewer,
  input: z.input<typeof newCustomerSchema>,
  nowMs: number,
): { id: string } {
  demand(isStaff(viewer), "add customers");
  const { name } = parseInput(newCustomerSchema, input);
  const id = newId("cus");
  return commit(db, (tx) => {
    tx.insert(customers).values({ id, name, createdAt: nowMs }).run();
    auditEntry(tx, viewer, {
      at: nowMs,
      action: "customer.created",
      subject: id,
      customerId: id,
      detail: { name },
    });
    return { id };
  });
}

/** Throws InvalidInput naming `field` when the customer does not exist. */
export function demandCustomer(db: Writer, id: string, field = "customerId"): void {
  const found = db.select({ id: customers.id }).from(customers).where(eq(customers.id, id)).get();
  if (!found) throw invalid(field, "there is no such customer");
}

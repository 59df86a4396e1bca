import { account, user } from "@millwright/shared/db/schema";
import { ROLES } from "@millwright/shared/db/schema/people";
import { Failure } from "@millwright/shared/failure";
import { eq } from "drizzle-orm";
import { z } from "zod";
import { auditEntry, commit } from "../access/audit.ts";
import { idSchema, invalid, nameSchema, parseInput } from "../access/input.ts";
import { confinedTo, demand } from "../access/scope.ts";
import { isAdministrator, type Viewer } from "../access/viewer.ts";
import type { PortalDeps } from "../deps.ts";
import { demandCustomer } from "../fleet/customers.ts";
import { newId, newPassword } from "../secrets.ts";
import { MAX_PASSWORD, MIN_PASSWORD } from "../sign-in/auth.ts";

export const passwordSchema = z
  .string()
  .min(MIN_PASSWORD, `must have at least ${MIN_PASSWORD} characters`)
  .max(MAX_PASSWORD, `must have at most ${MAX_PASSWORD} characters`);

const emailSchema = z
  .email("must be an e-mail address")
  .max(200)
  .transform((email) => email.toLowerCase());

export const newUserSchema = z.strictObject({
  email: emailSchema,
  name: nameSchema,
  role: z.enum(ROLES),
  /** Required for owner and viewer, absent for the maker's staff. */
  customerId: idSchema.optional(),
  password: passwordSchema.optional(),
});

/**
 * Administrators add anyone; a customer's owner adds people of its own customer. Without a password a random one is
 * made and returned, once. Throws Failure "conflict" when the e-mail is taken.
 */
export async function createUser(
  { db, auth }: Pick<PortalDeps, "db" | "auth">,
  viewer: Viewer,
  input: z.input<typeof newUserSchema>,
  nowMs: number,
): Promise<{ id: string; password?: string }> {
  demand(isAdministrator(viewer) || viewer.role === "owner", "add people");
  const { email, name, role, password, ...given } = parseInput(newUserSchema, input);
  const forCustomer = role === "owner" || role === "viewer";
  const own = confinedTo(viewer);
  demand(own === null || forCustomer, "add people of the maker");
  const customerId = given.customerId ?? (forCustomer ? own : null);
  if (forCustomer && customerId === null) throw invalid("customerId", `a ${role} belongs to a customer`);
  if (!forCustomer && customerId !== null) throw invalid("customerId", `an ${role} belongs to no customer`);
  // Told as for a customer that does not exist: which ones do is nobody else's business.
  if (own !== null && customerId !== own) throw invalid("customerId", "there is no such customer");

  const generated = password === undefined ? newPassword() : undefined;
  const hash = await auth.hash(password ?? generated!);
  const id = newId("usr");
  const at = new Date(nowMs);
  commit(db, (tx) => {
    if (customerId !== null) demandCustomer(tx, customerId);
    if (tx.select().from(user).where(eq(user.email, email)).get()) {
      throw new Failure("conflict", `There is a user ${email} already.`, { field: "email" });
    }
    tx.insert(user)
      .values({ id, name, email, emailVerified: true, role, customerId, createdAt: at, updatedAt: at })
      .run();
    tx.insert(account)
      .values({
        id: newId("acc"),
        accountId: id,
        providerId: "credential",
        userId: id,
        password: hash,
        createdAt: at,
        updatedAt: at,
      })
      .run();
    auditEntry(tx, viewer, {
      at: nowMs,
      action: "user.created",
      subject: id,
      customerId,
      detail: { email, role },
    });
  });
  return generated === undefined ? { id } : { id, password: generated };
}

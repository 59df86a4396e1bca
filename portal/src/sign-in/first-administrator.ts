import type { PortalDb } from "@millwright/shared/db/open";
import { user } from "@millwright/shared/db/schema";
import { Failure } from "@millwright/shared/failure";
import type { PortalDeps } from "../deps.ts";
import { createUser } from "../people/users.ts";

/** True while nobody can sign in: the sign-in page and the log tell what to set. */
export function needsFirstAdministrator(db: PortalDb): boolean {
  return db.select({ id: user.id }).from(user).limit(1).get() === undefined;
}

/** Makes the administrator from the environment when there is no user at all. Returns whether it did. */
export async function createFirstAdministrator(
  deps: Pick<PortalDeps, "db" | "auth" | "clock">,
  given: { email?: string | undefined; password?: string | undefined },
): Promise<boolean> {
  if (!needsFirstAdministrator(deps.db) || (given.email === undefined && given.password === undefined))
    return false;
  if (given.email === undefined) throw missing("ADMIN_EMAIL");
  if (given.password === undefined) throw missing("ADMIN_PASSWORD");
  await createUser(
    deps,
    { id: "environment", name: "Environment", role: "administrator", customerId: null, kind: "key" },
    { email: given.email, name: "Administrator", role: "administrator", password: given.password },
    deps.clock(),
  );
  return true;
}

function missing(name: string): Failure {
  return new Failure("invalid", `${name}: must be set together with its pair`, { field: name });
}

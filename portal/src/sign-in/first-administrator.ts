import type { PortalDb } from "@millwright/shared/db/open";
import { user } from "@millwright/shared/db/schema";
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
  const { email, password } = given;
  if (email === undefined || password === undefined || !needsFirstAdministrator(deps.db)) return false;
  await createUser(
    deps,
    { id: "environment", name: "Environment", role: "administrator", customerId: null, kind: "key" },
    { email, name: "Administrator", role: "administrator", password },
    deps.clock(),
  );
  return true;
}

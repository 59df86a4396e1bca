import { account, session } from "@millwright/shared/db/schema";
import { Failure } from "@millwright/shared/failure";
import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { auditEntry, commit, type Writer } from "../access/audit.ts";
import { invalid, parseInput } from "../access/input.ts";
import { demand, notFound } from "../access/scope.ts";
import { isAdministrator, type Viewer } from "../access/viewer.ts";
import type { PortalDeps } from "../deps.ts";
import type { UserRow } from "../read/rows.ts";
import { findUser } from "../read/users.ts";
import { newPassword } from "../secrets.ts";
import { verifyPassword } from "../sign-in/hash.ts";
import { passwordSchema } from "./users.ts";

type Deps = Pick<PortalDeps, "db" | "auth">;

/** An administrator manages everybody, a customer's owner the people of its own account; nobody oneself. */
export function mayManage(viewer: Viewer, person: Pick<UserRow, "id" | "customerId">): boolean {
  if (viewer.id === person.id) return false;
  if (isAdministrator(viewer)) return true;
  return viewer.role === "owner" && viewer.customerId !== null && viewer.customerId === person.customerId;
}

/** Gives the person a new random password, returned once; who is signed in with the old one is signed out. */
export async function resetPassword(
  { db, auth }: Deps,
  viewer: Viewer,
  userId: string,
  nowMs: number,
): Promise<string> {
  const person = demandManaged({ db }, viewer, userId);
  const password = newPassword();
  const hash = await auth.hash(password);
  commit(db, (tx) => {
    setHash(tx, userId, hash, nowMs);
    const { customerId } = person;
    auditEntry(tx, viewer, { at: nowMs, action: "user.password-reset", subject: userId, customerId });
  });
  return password;
}

/** The person has no password any more and is signed out everywhere. A new password lets them in again. */
export function disableSignIn({ db }: Pick<Deps, "db">, viewer: Viewer, userId: string, nowMs: number): void {
  const person = demandManaged({ db }, viewer, userId);
  commit(db, (tx) => {
    setHash(tx, userId, null, nowMs);
    const { customerId } = person;
    auditEntry(tx, viewer, { at: nowMs, action: "user.sign-in-disabled", subject: userId, customerId });
  });
}

export const ownPasswordSchema = z.strictObject({ old: z.string().max(256), password: passwordSchema });

/**
 * Everybody changes their own, with the old one. All sessions end, the one that asks too: the caller signs in anew.
 * Tries count like those of the sign-in page, so that an open browser is no way to guess.
 */
export async function changeOwnPassword(
  { db, auth }: Deps,
  viewer: Viewer,
  input: z.input<typeof ownPasswordSchema>,
  nowMs: number,
): Promise<{ email: string }> {
  demand(viewer.kind === "user", "change a password");
  const { old, password } = parseInput(ownPasswordSchema, input);
  const { email, customerId } = findUser(db, viewer, viewer.id);
  const tries = `account ${email}`;
  if (!auth.limiter.allow([tries], nowMs)) throw invalid("old", "too many tries: wait 15 minutes");
  const known = db.select({ hash: account.password }).from(account).where(credentialOf(viewer.id)).get();
  if (!known?.hash || !(await verifyPassword(known.hash, old)))
    throw invalid("old", "does not match your password");
  auth.limiter.forget(tries);
  if (old === password) throw invalid("password", "must differ from the old one");
  const hash = await auth.hash(password);
  commit(db, (tx) => {
    setHash(tx, viewer.id, hash, nowMs);
    auditEntry(tx, viewer, { at: nowMs, action: "user.password-changed", subject: viewer.id, customerId });
  });
  return { email };
}

function demandManaged({ db }: Pick<Deps, "db">, viewer: Viewer, userId: string): UserRow {
  const person = findUser(db, viewer, userId);
  if (viewer.id === userId) {
    throw new Failure("conflict", "Your own password is changed on your account's page.");
  }
  demand(mayManage(viewer, person), "manage people");
  return person;
}

const credentialOf = (userId: string) =>
  and(eq(account.userId, userId), eq(account.providerId, "credential"));

/** null: nothing matches it. The sessions of the old password end with it. */
function setHash(tx: Writer, userId: string, hash: string | null, nowMs: number): void {
  const changed = tx
    .update(account)
    .set({ password: hash, updatedAt: new Date(nowMs) })
    .where(credentialOf(userId))
    .run();
  if (changed.changes === 0) throw notFound("user");
  tx.delete(session).where(eq(session.userId, userId)).run();
}

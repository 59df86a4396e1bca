import { session } from "@millwright/shared/db/schema";
import { ROLES, type Role } from "@millwright/shared/db/schema/people";
import { eq } from "drizzle-orm";
import { systemEntry } from "../access/audit.ts";
import type { Viewer } from "../access/viewer.ts";
import type { PortalDeps } from "../deps.ts";
import { isDiskFull } from "../disk-full.ts";
import { addressOf, networkOf } from "./address.ts";
import { ABSOLUTE_S } from "./auth.ts";

type SignInDeps = Pick<PortalDeps, "auth" | "db" | "clock">;

/** A session nobody used for this long has ended. */
const IDLE_MS = 30 * 60_000;
/** How often a used session is written down. */
const TOUCH_MS = 60_000;

export type SignedIn = { ok: true; setCookie: string[] } | { ok: false; reason: string; status: number };

/** 401 for a wrong pair (one sentence, whichever of the two is wrong), 429 after ten tries in 15 minutes. */
export async function signIn(
  { auth, db, clock }: SignInDeps,
  { email, password, request }: { email: string; password: string; request: Request },
): Promise<SignedIn> {
  const accountKey = `account ${email.trim().toLowerCase()}`;
  const address = addressOf(request);
  const addressKey = address === null ? null : `address ${networkOf(address)}`;
  const triedAt = clock();
  if (!auth.limiter.allow(addressKey === null ? [accountKey] : [accountKey, addressKey], triedAt)) {
    return { ok: false, reason: "Too many tries. Wait 15 minutes, then try again.", status: 429 };
  }
  try {
    const { headers } = await auth.server.api.signInEmail({
      body: { email: email.trim(), password },
      returnHeaders: true,
    });
    auth.limiter.forget(accountKey);
    if (addressKey !== null) auth.limiter.takeBack(addressKey, triedAt);
    return { ok: true, setCookie: headers.getSetCookie() };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    systemEntry(db, { at: clock(), action: "sign-in.refused", subject: email.trim().slice(0, 200) });
    const left = auth.limiter.triesLeft(accountKey, clock());
    const hint = left <= 4 ? ` ${left === 1 ? "1 try" : `${left} tries`} left.` : "";
    return { ok: false, reason: `E-mail and password do not match.${hint}`, status: 401 };
  }
}

/** Ends the session on the server; the cookies to set remove it from the browser. */
export async function signOut({ auth }: SignInDeps, request: Request): Promise<string[]> {
  const { headers } = await auth.server.api.signOut({ headers: cookieOf(request), returnHeaders: true });
  return headers.getSetCookie();
}

/**
 * Who is signed in, or null. `touch: false` asks without keeping the session alive: for what a page does by itself.
 * A session ends after 30 idle minutes, and after 12 hours in any case.
 */
export async function viewerOf(
  { auth, db, clock }: SignInDeps,
  request: Request,
  { touch = true }: { touch?: boolean } = {},
): Promise<Viewer | null> {
  if (!request.headers.has("cookie")) return null;
  const found = await auth.server.api.getSession({ headers: cookieOf(request) });
  if (!found) return null;
  const now = clock();
  const idleMs = now - found.session.updatedAt.getTime();
  if (idleMs > IDLE_MS || found.session.expiresAt.getTime() <= now) {
    db.delete(session).where(eq(session.id, found.session.id)).run();
    return null;
  }
  // Used in the future: the clock was set back. It goes on like one that begins now, and not until that future is over.
  const setBack = idleMs < -TOUCH_MS;
  if (setBack || (touch && idleMs > TOUCH_MS)) {
    const expiresAt = new Date(Math.min(found.session.expiresAt.getTime(), now + ABSOLUTE_S * 1000));
    try {
      db.update(session)
        .set({ updatedAt: new Date(now), expiresAt })
        .where(eq(session.id, found.session.id))
        .run();
    } catch (error) {
      // Who is signed in may go on reading while the disk is full.
      if (!isDiskFull(error)) throw error;
    }
  }
  const role = ROLES.find((known): known is Role => known === found.user.role);
  if (!role) return null;
  return {
    id: found.user.id,
    name: found.user.name,
    role,
    customerId: found.user.customerId ?? null,
    kind: "user",
  };
}

/** Only the cookie: nothing else a client sends is of use to better-auth. */
function cookieOf(request: Request): Headers {
  return new Headers({ cookie: request.headers.get("cookie") ?? "" });
}

/** better-auth says no with an APIError of a 4xx status; anything else is a fault of ours. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error) || !("statusCode" in error)) return false;
  return typeof error.statusCode === "number" && error.statusCode < 500;
}

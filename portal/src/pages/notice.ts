import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { UNATTENDED } from "../browser/unattended.ts";
import { safeNext } from "../paths.ts";
import type { Notice } from "../views/toast.tsx";
import type { PageContext } from "./view-of.ts";

/**
 * A notice travels in a signed cookie from the answer of a form to the page that follows, and is taken from there once.
 * The key lives as long as the process: a notice from before a restart is nobody's loss.
 */
const COOKIE = "notice";
const KEY = randomBytes(32);
/** A page that does not come within a minute would tell of something forgotten. Ours. */
const MAX_AGE_S = 60;
/** Browsers keep at most 4 kB a cookie and drop a longer one without a word. */
const MAX_BYTES = 3000;

/** 303 to `next` (a path of this portal, else home), where the notice is told and can be undone. */
export function redirectTelling(c: PageContext, next: string | undefined, notice: Notice): Response {
  const body = Buffer.from(JSON.stringify(notice)).toString("base64url");
  if (body.length <= MAX_BYTES) {
    setCookie(c, COOKIE, `${body}.${sign(body)}`, {
      path: "/",
      httpOnly: true,
      sameSite: "Lax",
      maxAge: MAX_AGE_S,
    });
  }
  return c.redirect(safeNext(next), 303);
}

/** The notice this page must tell, or null. What a page asks by itself takes nothing away. */
export function takeNotice(c: PageContext): Notice | null {
  const cookie = getCookie(c, COOKIE);
  if (!cookie || Object.keys(UNATTENDED).some((name) => c.req.header(name))) return null;
  deleteCookie(c, COOKIE, { path: "/" });
  const [body = "", signature = ""] = cookie.split(".");
  const expected = sign(body);
  if (signature.length !== expected.length) return null;
  if (!timingSafeEqual(Buffer.from(signature), Buffer.from(expected))) return null;
  return JSON.parse(Buffer.from(body, "base64url").toString()) as Notice;
}

const sign = (body: string): string => createHmac("sha256", KEY).update(body).digest("base64url");

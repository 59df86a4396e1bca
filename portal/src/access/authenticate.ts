import type { MiddlewareHandler } from "hono";
import { problem } from "../api/problem.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { addressOf, isLoopback } from "../sign-in/address.ts";
import { viewerOf } from "../sign-in/session.ts";
import { viewerOfKey } from "./key.ts";
import type { Viewer } from "./viewer.ts";

/** Open to everybody: exactly these. Everything else needs a viewer, also what is added later. */
const PUBLIC = new Set([
  "/sign-in",
  "/healthz",
  "/readyz",
  "/api/openapi.json",
  "/api/mqtt.json",
  "/.well-known/security.txt",
]);
const STATIC = /^\/assets-static\/[A-Za-z0-9._-]+$/;
/** Programs sign in with a key here; pages take a session only. */
const FOR_PROGRAMS = /^\/(api\/|live$|metrics$)/;

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/** Who asks, or null. `touch: false` does not keep the session alive. */
export async function identify(
  deps: PortalDeps,
  request: Request,
  options: { touch?: boolean } = {},
): Promise<Viewer | null> {
  const key = bearer(request);
  if (key === null) return viewerOf(deps, request, options);
  return FOR_PROGRAMS.test(new URL(request.url).pathname) ? viewerOfKey(deps.db, key, deps.clock()) : null;
}

/** Sets the viewer of every request but the public ones, or answers 401 (programs) or the way to the sign-in page. */
export function authenticate(deps: PortalDeps): MiddlewareHandler<PortalEnv> {
  return async (c, next) => {
    const path = c.req.path;
    if (PUBLIC.has(path) || STATIC.test(path)) return next();
    if (path === "/metrics" && isScraper(c.req.raw)) return next();
    // What a page asks by itself (browser/unattended.ts) does not keep the session of a person who went away alive.
    const touch = c.req.header("x-millwright-unattended") === undefined;
    const viewer = await identify(deps, c.req.raw, { touch });
    if (viewer) {
      c.set("viewer", viewer);
      return next();
    }
    if (FOR_PROGRAMS.test(path)) {
      c.header("www-authenticate", "Bearer");
      return problem(c, 401, { detail: "Send Authorization: Bearer with an API key, or sign in." });
    }
    const back = SAFE.has(c.req.method) ? `${path}${new URL(c.req.url).search}` : "/";
    return c.redirect(back === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(back)}`, 303);
  };
}

/**
 * Another site must not make a signed-in browser act. Browsers tell where a request comes from; one that tells
 * nothing is refused. Requests with a key carry no cookie that could be abused.
 */
export function refuseForeignOrigins(deps: PortalDeps): MiddlewareHandler<PortalEnv> {
  const own = new URL(deps.publicUrl).host;
  return async (c, next) => {
    if (SAFE.has(c.req.method) || bearer(c.req.raw) !== null) return next();
    const site = c.req.header("sec-fetch-site");
    const origin = c.req.header("origin");
    const host = c.req.header("host") ?? new URL(c.req.url).host;
    const fromHere = site === undefined ? isOrigin(origin, [own, host]) : site === "same-origin";
    if (fromHere) return next();
    return problem(c, 403, { detail: "The request came from another site." });
  };
}

function isOrigin(origin: string | undefined, hosts: string[]): boolean {
  return origin !== undefined && URL.canParse(origin) && hosts.includes(new URL(origin).host);
}

function bearer(request: Request): string | null {
  return /^Bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1] ?? null;
}

/**
 * A scraper on this machine, not through a proxy: the numbers are about the programs, of no customer. Behind a proxy
 * /metrics asks for a key of the maker's staff.
 */
function isScraper(request: Request): boolean {
  const address = addressOf(request);
  const proxied = request.headers.has("x-forwarded-for") || request.headers.has("forwarded");
  return address !== null && isLoopback(address) && !proxied && !request.headers.has("cookie");
}

import { getCookie, setCookie } from "hono/cookie";
import type { View } from "../views/layout.tsx";
import { toWall } from "../views/wall-time.ts";
import type { PageContext } from "./view-of.ts";

const COOKIE = "time";

/**
 * A machine's page in the zone of its site, when the reader has chosen so (`?time=site`, kept for the pages of machines
 * until the browser closes). The other zone stands in the title of each time.
 */
export function inSiteTime(c: PageContext, view: View, siteZone: string): View {
  const asked = c.req.query("time");
  if (asked === "site" || asked === "mine") {
    setCookie(c, COOKIE, asked, { path: "/assets", sameSite: "Lax", httpOnly: true });
  }
  const chosen = asked ?? getCookie(c, COOKIE);
  return chosen === "site"
    ? { ...view, zone: siteZone, otherZone: view.zone }
    : { ...view, otherZone: siteZone };
}

/** Nothing needs to be said where the clocks show the same. */
export const clocksDiffer = (view: Pick<View, "now" | "zone" | "otherZone">): boolean =>
  view.otherZone !== undefined && toWall(view.now, view.zone) !== toWall(view.now, view.otherZone);

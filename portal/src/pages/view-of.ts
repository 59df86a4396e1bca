import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import { isStaff } from "../access/viewer.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { counts } from "../read/counts.ts";
import { findCustomer } from "../read/customers.ts";
import type { Page, PageQuery } from "../read/rows.ts";
import { listViews } from "../read/saved-views.ts";
import type { View } from "../views/layout.tsx";
import { isZone } from "../views/time.ts";
import { takeNotice } from "./notice.ts";
import { readerPreferences } from "./reader.ts";

/** The reader's zone and theme come from cookies that the browser script and the theme button set. */
const ZONE_COOKIE = "zone";
export const THEME_COOKIE = "theme";

/** Live events are asked for at most so many machines: their ids travel in one address. */
export const LIVE_ASSETS = 150;

export type PageContext = Context<PortalEnv>;

export function viewOf(c: PageContext, deps: PortalDeps): View {
  const viewer = c.get("viewer");
  return {
    viewer,
    now: deps.clock(),
    zone: readerPreferences()?.timeZone ?? zoneOf(c),
    theme: themeOf(c),
    singleKeys: readerPreferences()?.singleKeys ?? true,
    density: readerPreferences()?.density ?? null,
    outage: deps.outage?.() ?? null,
    notice: takeNotice(c),
    savedViews: isStaff(viewer) ? listViews(deps.db, viewer) : [],
    path: c.req.path + new URL(c.req.url).search,
    counts: counts(deps.db, viewer),
    customerName:
      isStaff(viewer) || !viewer.customerId ? null : findCustomer(deps.db, viewer, viewer.customerId).name,
  };
}

export function themeOf(c: PageContext): "light" | "dark" | null {
  const theme = getCookie(c, THEME_COOKIE);
  return theme === "light" || theme === "dark" ? theme : null;
}

function zoneOf(c: PageContext): string {
  const zone = getCookie(c, ZONE_COOKIE);
  return zone && zone.length < 64 && isZone(zone) ? zone : "UTC";
}

/** All rows of a cursor list, up to `most`: for pages that sort by something the list does not know. */
export function everyRow<T>(list: (query: PageQuery) => Page<T>, most = 2000): T[] {
  const rows: T[] = [];
  let cursor: string | undefined;
  do {
    const page = list({ limit: 200, cursor });
    rows.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && rows.length < most);
  return rows;
}

/** A page waits for ingest this long, then says what it knows without it. Ours: a person notices one second. */
const PATIENCE_MS = 900;

/** What ingest answers, or null when it does not answer in time: the page is shown either way. */
export async function answer<T>(deps: PortalDeps, ask: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer in time")), PATIENCE_MS);
  });
  try {
    return await Promise.race([ask, late]);
  } catch (error) {
    deps.log.warn({ err: error }, "telemetry did not answer a page");
    return null;
  } finally {
    clearTimeout(timer);
  }
}

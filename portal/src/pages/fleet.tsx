import { Hono } from "hono";
import { isStaff } from "../access/viewer.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { fleetOf } from "../read/fleet-index.ts";
import { matches, parseFleet, sortRows } from "./fleet-filter.ts";
import { fleetNow, freshRows } from "./fleet-now.ts";
import { FleetPage, PER_PAGE } from "./fleet-page.tsx";
import { fleetCount, viewTabs } from "./saved-views.ts";
import { viewOf } from "./view-of.ts";

/** "Which machines?" The address holds the whole filter; the form works without script. */
export function fleetPages(deps: PortalDeps): Hono<PortalEnv> {
  return new Hono<PortalEnv>().get("/fleet", async (c) => {
    const view = viewOf(c, deps);
    const { filter, sort, page: asked } = parseFleet(new URL(c.req.url).searchParams);
    const { rows: all, live } = await fleetNow(deps, fleetOf(deps.db, view.viewer));
    const found = sortRows(
      all.filter((row) => matches(row, filter)),
      sort,
    );
    const page = Math.min(asked, Math.max(1, Math.ceil(found.length / PER_PAGE)));
    const shown = await freshRows(deps, found.slice((page - 1) * PER_PAGE, page * PER_PAGE), all.length);
    return c.html(
      <FleetPage
        view={view}
        filter={filter}
        sort={sort}
        page={page}
        all={all}
        found={found.length}
        rows={shown}
        live={live}
        staff={isStaff(view.viewer)}
        viewId={c.req.query("view") ?? null}
        tabs={viewTabs(deps, view.viewer, "fleet", (query) => fleetCount(all, query))}
      />,
    );
  });
}

import { Hono } from "hono";
import { isStaff } from "../access/viewer.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { FLEET } from "../export/columns.ts";
import { listFile, wantsCsv } from "../export/list-file.ts";
import { paths } from "../paths.ts";
import { fleetOf } from "../read/fleet-index.ts";
import { sparksOf } from "../read/sparks.ts";
import { SparkLine } from "../views/spark.tsx";
import { matches, parseFleet, sortRows } from "./fleet-filter.ts";
import { fleetNow, freshRows } from "./fleet-now.ts";
import { FleetPage, PER_PAGE } from "./fleet-page.tsx";
import { fleetCount, viewTabs } from "./saved-views.ts";
import { answer, viewOf } from "./view-of.ts";

/** "Which machines?" The address holds the whole filter; the form works without script. */
export function fleetPages(deps: PortalDeps): Hono<PortalEnv> {
  const app = new Hono<PortalEnv>();
  // Asked for by the page once it stands (browser/sparks.ts): its first byte does not wait for ingest's store.
  app.get(paths.fleetSparks(), async (c) => {
    const asked = (c.req.query("assets") ?? "").split(",").filter(Boolean);
    const found = await answer(deps, sparksOf(deps, c.get("viewer"), asked, deps.clock()));
    return c.html(
      <div>
        {found?.sparks.map((spark) => (
          <SparkLine spark={spark} from={found.from} to={found.to} />
        ))}
      </div>,
    );
  });
  app.get("/fleet", async (c) => {
    const view = viewOf(c, deps);
    const { filter, sort, page: asked } = parseFleet(new URL(c.req.url).searchParams);
    const { rows: all, live } = await fleetNow(deps, fleetOf(deps.db, view.viewer));
    const found = sortRows(
      all.filter((row) => matches(row, filter)),
      sort,
    );
    if (wantsCsv(c)) return listFile(c, "machines", FLEET, () => ({ items: found }));
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
  return app;
}

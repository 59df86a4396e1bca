import { Hono } from "hono";
import { isStaff } from "../access/viewer.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { paths } from "../paths.ts";
import { markLooked } from "../people/looked.ts";
import { listAlarms } from "../read/alarms.ts";
import { changesSince } from "../read/changes.ts";
import { fleetOf } from "../read/fleet-index.ts";
import { lookedSince } from "../read/looked.ts";
import { listTickets } from "../read/tickets.ts";
import { stepsOf } from "./first-steps.tsx";
import { fleetNow } from "./fleet-now.ts";
import { formValues } from "./form.ts";
import { CustomerHome } from "./home-customer.tsx";
import { EngineerHome } from "./home-engineer.tsx";
import { mapSites } from "./map.tsx";
import { redirectTelling } from "./notice.ts";
import { everyRow, viewOf } from "./view-of.ts";

/** Beyond so many, a page that shows eight of them need not know all. */
const MOST = 400;

export function homePages(deps: PortalDeps): Hono<PortalEnv> {
  const { db } = deps;
  return new Hono<PortalEnv>()
    .get("/", async (c) => {
      const view = viewOf(c, deps);
      const { viewer } = view;
      const { rows, live } = await fleetNow(deps, fleetOf(db, viewer));
      const { since, lookedAt } = lookedSince(db, viewer, view.now);
      const props = {
        view,
        rows,
        live,
        alarms: everyRow((query) => listAlarms(db, viewer, { ...query, state: "active" }), MOST),
        tickets: everyRow((query) => listTickets(db, viewer, { ...query, state: "open" }), MOST),
        changes: changesSince(db, viewer, since),
        since,
        looked: lookedAt !== null,
      };
      if (!isStaff(viewer)) return c.html(<CustomerHome {...props} />);
      const assets = rows.map((row) => row.entry.asset);
      const online = assets.some((asset) => asset.deviceIds.length > 0);
      return c.html(
        <EngineerHome
          {...props}
          steps={online ? null : stepsOf(deps, view, assets)}
          where={mapSites(deps, view, rows)}
        />,
      );
    })
    .post("/looked", async (c) => {
      const viewer = c.get("viewer");
      const now = deps.clock();
      const { until } = await formValues(c.req);
      const before = lookedSince(db, viewer, now).lookedAt;
      // What came after the page was made has not been seen; undoing gives the earlier time back, or none.
      const at = until === "" ? null : Math.min(now, Number(until) || now);
      markLooked(db, viewer, at);
      return redirectTelling(c, paths.home(), {
        text:
          at === null || (before !== null && at < before) ? "Shown again." : "Seen. The list begins anew.",
        undo: { action: paths.looked(), fields: { until: before === null ? "" : String(before) } },
      });
    });
}

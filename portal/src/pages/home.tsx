import { Hono } from "hono";
import { isStaff } from "../access/viewer.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { listAlarms } from "../read/alarms.ts";
import { listAssets } from "../read/assets.ts";
import { listTickets } from "../read/tickets.ts";
import { conditionsOf } from "./condition.ts";
import { stepsOf } from "./first-steps.tsx";
import { CustomerHome } from "./home-customer.tsx";
import { EngineerHome } from "./home-engineer.tsx";
import { everyRow, viewOf } from "./view-of.ts";

export function homePages(deps: PortalDeps): Hono<PortalEnv> {
  return new Hono<PortalEnv>().get("/", async (c) => {
    const view = viewOf(c, deps);
    const { db } = deps;
    const { viewer } = view;
    const assets = everyRow((query) => listAssets(db, viewer, query));
    const conditions = await conditionsOf(deps, viewer, assets);
    const alarms = everyRow((query) => listAlarms(db, viewer, { ...query, state: "active" }), 400);
    const tickets = everyRow((query) => listTickets(db, viewer, { ...query, state: "open" }), 400);
    const props = { view, assets, conditions, alarms, tickets };
    if (!isStaff(viewer)) return c.html(<CustomerHome {...props} />);
    const online = assets.some((asset) => asset.deviceIds.length > 0);
    return c.html(<EngineerHome {...props} steps={online ? null : stepsOf(deps, view, assets)} />);
  });
}

import { TICKET_STATES } from "@millwright/shared/domain/ticket";
import { type Context, Hono } from "hono";
import { mayWrite, type Viewer } from "../access/viewer.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { paths } from "../paths.ts";
import { changeView, deleteView, mayChangeView, saveView } from "../people/saved-views.ts";
import { fleetOf } from "../read/fleet-index.ts";
import { findView, listViews, type SavedView, type ViewPage } from "../read/saved-views.ts";
import { listTickets } from "../read/tickets.ts";
import { type ViewTab, viewHref } from "../views/saved-views.tsx";
import { type FleetRow, matches, parseFleet } from "./fleet-filter.ts";
import { fleetNow } from "./fleet-now.ts";
import { formValues } from "./form.ts";
import { redirectTelling } from "./notice.ts";

/** Saving, changing and deleting views, and how much each finds now. */
export function savedViewPages(deps: PortalDeps): Hono<PortalEnv> {
  const app = new Hono<PortalEnv>();
  app.get(paths.viewCounts(), async (c) => c.json(await countsOf(deps, c.get("viewer"))));
  app.post(paths.views(), async (c) => {
    const viewer = c.get("viewer");
    const { next: _, ...values } = await formValues(c.req);
    const id = saveView(deps.db, viewer, { ...values, team: values.team === "yes" }, deps.clock());
    return tell(c, findView(deps.db, viewer, id), "saved");
  });
  app.post("/views/:id", async (c) => {
    const { name, query, team } = await formValues(c.req);
    const change = {
      ...(name === undefined ? {} : { name }),
      ...(query === undefined ? {} : { query }),
      ...(team === undefined ? {} : { team: team === "yes" }),
    };
    return tell(c, changeView(deps.db, c.get("viewer"), c.req.param("id"), change), "saved");
  });
  app.post("/views/:id/delete", (c) => {
    const view = deleteView(deps.db, c.get("viewer"), c.req.param("id"));
    const { page, name, query, team } = view;
    return redirectTelling(c, `/${page}`, {
      text: `View “${name}” deleted.`,
      // Made again as it was; a colleague's view comes back as the one who deleted it.
      undo: { action: paths.views(), fields: { page, name, query, team: team ? "yes" : "no" } },
    });
  });
  return app;
}

const tell = (c: Context<PortalEnv>, view: SavedView, verb: string) =>
  redirectTelling(c, viewHref(view), {
    text: `View “${view.name}” ${verb}${view.team ? " for your team" : ""}.`,
  });

/** For the tabs of a list. `countOf`: how many rows a view's query finds, where the list knows. */
export function viewTabs(
  deps: PortalDeps,
  viewer: Viewer,
  page: ViewPage,
  countOf: (query: URLSearchParams) => number | null,
): { views: ViewTab[]; mayTeam: boolean } {
  return {
    views: listViews(deps.db, viewer, page).map((view) => ({
      ...view,
      count: countOf(new URLSearchParams(view.query)),
      mayChange: mayChangeView(viewer, view),
    })),
    mayTeam: mayWrite(viewer),
  };
}

/** How many of these machines a view of the fleet finds. */
export function fleetCount(rows: readonly FleetRow[], query: URLSearchParams): number {
  const { filter } = parseFleet(query);
  return rows.reduce((n, row) => n + (matches(row, filter) ? 1 : 0), 0);
}

/** A list of tickets is counted as far as one page of it. */
const MOST_TICKETS = 200;

async function countsOf(deps: PortalDeps, viewer: Viewer): Promise<Record<string, number>> {
  const views = listViews(deps.db, viewer);
  const counts: Record<string, number> = {};
  const needsFleet = views.some((view) => view.page === "fleet");
  const { rows } = needsFleet ? await fleetNow(deps, fleetOf(deps.db, viewer)) : { rows: [] };
  for (const view of views) {
    const query = new URLSearchParams(view.query);
    if (view.page === "fleet") counts[view.id] = fleetCount(rows, query);
    if (view.page === "tickets") counts[view.id] = ticketCount(deps, viewer, query);
  }
  return counts;
}

function ticketCount(deps: PortalDeps, viewer: Viewer, query: URLSearchParams): number {
  const asked = query.get("state");
  return listTickets(deps.db, viewer, {
    state: asked === "all" ? "all" : (TICKET_STATES.find((state) => state === asked) ?? "open"),
    customerId: query.get("customer") ?? undefined,
    assetId: query.get("asset") ?? undefined,
    limit: MOST_TICKETS,
  }).items.length;
}

import { Hono } from "hono";
import { isStaff } from "../access/viewer.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { listAlarms } from "../read/alarms.ts";
import { findAsset, visibleFrom } from "../read/assets.ts";
import { listDevices } from "../read/devices.ts";
import { HISTORY_KINDS, historyOf } from "../read/history.ts";
import { findModel } from "../read/models.ts";
import { listTickets } from "../read/tickets.ts";
import { endRunOutBeforeReading } from "../service-desk/shelve.ts";
import { Page, type View } from "../views/layout.tsx";
import { Empty } from "../views/parts.tsx";
import { TicketTable } from "../views/ticket.tsx";
import { assetAlarms } from "./asset-alarms.tsx";
import { AssetHead, type AssetTab, AssetTabs, type Known, tabOf } from "./asset-head.tsx";
import { HistoryTab } from "./asset-history.tsx";
import { Overview } from "./asset-overview.tsx";
import { Setup } from "./asset-setup.tsx";
import { chartState } from "./chart-section.tsx";
import { conditionOf } from "./condition.ts";
import { inSiteTime } from "./site-time.ts";
import { answer, type PageContext, viewOf } from "./view-of.ts";

/** In the overview's side panel; the whole history has a tab. */
const NEWEST_EVENTS = 7;
const EVENTS_AT_ONCE = 60;

/** "What is wrong with it, and since when?" */
export function assetPages(deps: PortalDeps): Hono<PortalEnv> {
  return new Hono<PortalEnv>().get("/assets/:id", async (c) => {
    const { db, telemetry } = deps;
    endRunOutBeforeReading(db, deps.clock());
    const viewer = c.get("viewer");
    const asset = findAsset(db, viewer, c.req.param("id"));
    const view = inSiteTime(c, viewOf(c, deps), asset.timeZone);
    const model = findModel(db, viewer, asset.modelId);
    const active = listAlarms(db, viewer, { assetId: asset.id, state: "active", limit: 100 }).items;
    const since = visibleFrom(db, viewer, asset.id);
    const [latest, status] = await Promise.all([
      answer(deps, telemetry.latest(asset.deviceIds)),
      answer(deps, telemetry.status(asset.deviceIds)),
    ]);
    const values = latest?.filter((value) => value.time >= since) ?? null;
    const condition = conditionOf({
      asset,
      alarms: active,
      status,
      latest: values ?? [],
      running: model.running,
      now: view.now,
    });
    const known: Known = {
      view,
      asset,
      model,
      active,
      tickets: listTickets(db, viewer, { assetId: asset.id, state: "open", limit: 50 }).items,
      devices: listDevices(db, viewer, { assetId: asset.id, limit: 50 }).items,
      values,
      status,
      condition,
    };
    const tab = tabOf(c.req.query("tab"), isStaff(viewer));
    const { body, chart } = await bodyOf(tab, c, deps, known);
    return c.html(
      <Page view={view} title={asset.name} live={[asset.id]} chart={chart}>
        <AssetHead {...known} />
        <AssetTabs {...known} tab={tab} />
        {body}
      </Page>,
    );
  });
}

/** The part under the tabs, and whether it draws a chart. Reads only what the tab shows. */
async function bodyOf(tab: AssetTab, c: PageContext, deps: PortalDeps, known: Known) {
  const { db } = deps;
  const { view, asset } = known;
  const { viewer } = view;
  switch (tab) {
    case "overview": {
      const chart = await chartState(c, deps, view, known);
      const { events } = historyOf(db, viewer, asset.id, { limit: NEWEST_EVENTS });
      const newest = events.slice(0, NEWEST_EVENTS);
      return {
        body: <Overview {...known} chart={chart} events={newest} />,
        chart: !chart.table && chart.tags.length > 0,
      };
    }
    case "alarms":
      return assetAlarms(deps, known, { after: c.req.query("after"), open: c.req.query("open") });
    case "tickets":
      return { body: <Tickets {...ticketsOf(deps, known)} />, chart: false };
    case "history": {
      const kinds = HISTORY_KINDS.filter((kind) => isStaff(viewer) || kind !== "shelving");
      const kind = kinds.find((each) => each === c.req.query("kind"));
      const before = Number(c.req.query("before")) || undefined;
      const history = historyOf(db, viewer, asset.id, { kind, before, limit: EVENTS_AT_ONCE });
      return {
        body: <HistoryTab view={view} assetId={asset.id} {...history} kind={kind} kinds={kinds} />,
        chart: false,
      };
    }
    case "setup":
      return { body: <Setup {...known} />, chart: false };
  }
}

function ticketsOf({ db }: PortalDeps, { view, asset }: Known) {
  return {
    view,
    tickets: listTickets(db, view.viewer, { assetId: asset.id, state: "all", limit: 100 }).items,
  };
}

function Tickets({ view, tickets }: { view: View; tickets: Parameters<typeof TicketTable>[0]["tickets"] }) {
  return (
    <section class="pan" aria-label="Tickets">
      {tickets.length ? (
        <TicketTable tickets={tickets} view={view} caption="Tickets of this machine, newest first" />
      ) : (
        <Empty>
          <p>This machine has never had a ticket.</p>
        </Empty>
      )}
    </section>
  );
}

import { TICKET_STATES } from "@millwright/shared/domain/ticket";
import { Hono } from "hono";
import { isStaff, mayWrite } from "../access/viewer.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { TICKETS } from "../export/columns.ts";
import { listFile, wantsCsv } from "../export/list-file.ts";
import { paths, withQuery } from "../paths.ts";
import { findAsset, listAssets } from "../read/assets.ts";
import { listCustomers } from "../read/customers.ts";
import type { AssetRow, CustomerRow, Page as RowPage, TicketRow } from "../read/rows.ts";
import { listTickets, type TicketQuery } from "../read/tickets.ts";
import { CsvLink } from "../views/csv-link.tsx";
import { Page, type View } from "../views/layout.tsx";
import { Empty, NotNow, Select } from "../views/parts.tsx";
import { SavedViews } from "../views/saved-views.tsx";
import { ticketWord } from "../views/status.tsx";
import { TicketTable } from "../views/ticket.tsx";
import { viewTabs } from "./saved-views.ts";
import { everyRow, LIVE_ASSETS, viewOf } from "./view-of.ts";

/** "What is being done, and what waits?" */
export function ticketListPages(deps: PortalDeps): Hono<PortalEnv> {
  return new Hono<PortalEnv>().get("/tickets", (c) => {
    const view = viewOf(c, deps);
    const asked = c.req.query("state");
    const state: TicketQuery["state"] =
      asked === "all" ? "all" : (TICKET_STATES.find((s) => s === asked) ?? "open");
    const assetId = c.req.query("asset") || undefined;
    const customerId = c.req.query("customer") || undefined;
    const list = (cursor: string | undefined, limit: number) =>
      listTickets(deps.db, view.viewer, { state, assetId, customerId, cursor, limit });
    if (wantsCsv(c)) {
      return listFile(c, "tickets", TICKETS, (cursor) => {
        const { items, nextCursor } = list(cursor, 200);
        return { items, next: nextCursor ?? undefined };
      });
    }
    const page = list(c.req.query("after"), 100);
    return c.html(
      <TicketsPage
        view={view}
        page={page}
        state={state}
        asset={assetId ? findAsset(deps.db, view.viewer, assetId) : undefined}
        customerId={customerId}
        customers={
          isStaff(view.viewer) ? everyRow((query) => listCustomers(deps.db, view.viewer, query)) : []
        }
        viewId={c.req.query("view") ?? null}
        tabs={viewTabs(deps, view.viewer, "tickets", () => null)}
        live={listAssets(deps.db, view.viewer, { limit: LIVE_ASSETS }).items.map((a) => a.id)}
      />,
    );
  });
}

type Props = {
  view: View;
  page: RowPage<TicketRow>;
  state: NonNullable<TicketQuery["state"]>;
  asset: AssetRow | undefined;
  customerId: string | undefined;
  customers: CustomerRow[];
  /** The saved view the filter began with. */
  viewId: string | null;
  tabs: Pick<Parameters<typeof SavedViews>[0], "views" | "mayTeam">;
  live: string[];
};

function TicketsPage({ view, page, state, asset, customerId, customers, live, viewId, tabs }: Props) {
  const staff = isStaff(view.viewer);
  const options = [
    { value: "open", label: "Open" },
    { value: "all", label: "All" },
    ...TICKET_STATES.map((s) => ({ value: s, label: ticketWord(s, !staff) })),
  ];
  const narrowed = state !== "open" || asset !== undefined || customerId !== undefined;
  return (
    <Page view={view} title="Tickets" live={live}>
      <div class="top">
        <div class="lead">
          <h1>{staff || asset ? "Tickets" : "Your tickets"}</h1>
          <p>{asset ? `Of ${asset.name}` : `${view.counts.openTickets} open`}</p>
        </div>
        <div class="acts">
          <CsvLink view={view} />
          {mayWrite(view.viewer) ? (
            <a class="btn" href={paths.newTicket({ asset: asset?.id })}>
              {staff ? "New ticket" : "Report a problem"}
            </a>
          ) : (
            <NotNow
              id="why-no-report"
              verb="Report a problem"
              why="You may look. An owner of your account can report it."
            />
          )}
        </div>
      </div>
      <SavedViews
        page="tickets"
        all="Open tickets"
        query={withQuery("", {
          state: state === "open" ? "" : state,
          asset: asset?.id,
          customer: customerId,
        }).slice(1)}
        viewId={viewId}
        {...tabs}
      />
      <form class="filt" action={paths.tickets()} method="get" aria-label="Filter" data-submit-on-change="">
        {asset ? <input type="hidden" name="asset" value={asset.id} /> : null}
        {viewId ? <input type="hidden" name="view" value={viewId} /> : null}
        <Select attributes={{ name: "state", "aria-label": "Stage" }} value={state} options={options} />
        {staff ? (
          <Select
            attributes={{ name: "customer", "aria-label": "Customer" }}
            none="Any customer"
            value={customerId}
            options={customers.map((customer) => ({ value: customer.id, label: customer.name }))}
          />
        ) : null}
        <button class="btn" type="submit">
          Filter
        </button>
        {narrowed ? <a href={paths.tickets()}>Clear all</a> : null}
      </form>
      <section class="pan" aria-label="Tickets">
        {page.items.length ? (
          <TicketTable tickets={page.items} view={view} caption="Tickets, newest first" />
        ) : (
          <Empty>
            <p>
              {narrowed
                ? "No ticket matches this filter."
                : "No ticket is open. An alarm opens one by itself; a problem that no sensor sees is reported by a person."}
            </p>
            {narrowed ? (
              <a class="btn" href={paths.tickets({ state: "all" })}>
                Show all tickets
              </a>
            ) : null}
          </Empty>
        )}
        {page.nextCursor ? (
          <p class="more">
            <a
              href={paths.tickets({ state, asset: asset?.id, customer: customerId, after: page.nextCursor })}
            >
              Earlier tickets
            </a>
          </p>
        ) : null}
      </section>
    </Page>
  );
}

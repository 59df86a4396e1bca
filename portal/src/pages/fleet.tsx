import { Hono } from "hono";
import { isStaff } from "../access/viewer.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { paths } from "../paths.ts";
import { listAssets } from "../read/assets.ts";
import { listCustomers } from "../read/customers.ts";
import { listModels } from "../read/models.ts";
import type { AssetRow, CustomerRow, ModelRow } from "../read/rows.ts";
import { Page, type View } from "../views/layout.tsx";
import { count } from "../views/number.ts";
import { Ago, Empty, Select, TelemetryDown } from "../views/parts.tsx";
import { ASSET_SIGNS, ASSET_STATES, AssetSign, type AssetState, byState } from "../views/status.tsx";
import { type Condition, conditionsOf } from "./condition.ts";
import { everyRow, LIVE_ASSETS, viewOf } from "./view-of.ts";

const PER_PAGE = 100;
const NO_MACHINE =
  "There is no machine yet. A machine is one serial number of a model, at a customer's site.";
const NO_MACHINE_OF_YOURS =
  "No machine is registered to your account yet. Your maker adds them when they are delivered.";

type Filter = { q: string; customer: string; model: string; state: string };
type Row = { asset: AssetRow; condition: Condition };

/** "Which machines?" The address holds the whole filter; the form works without script. */
export function fleetPages(deps: PortalDeps): Hono<PortalEnv> {
  return new Hono<PortalEnv>().get("/fleet", async (c) => {
    const view = viewOf(c, deps);
    const { db } = deps;
    const filter: Filter = {
      q: (c.req.query("q") ?? "").slice(0, 120),
      customer: c.req.query("customer") ?? "",
      model: c.req.query("model") ?? "",
      state: c.req.query("state") ?? "",
    };
    const assets = everyRow((query) =>
      listAssets(db, view.viewer, {
        ...query,
        q: filter.q || undefined,
        customerId: filter.customer || undefined,
        modelId: filter.model || undefined,
      }),
    );
    const conditions = await conditionsOf(deps, view.viewer, assets);
    const rows = assets
      .map((asset) => ({ asset, condition: conditions.byAsset.get(asset.id)! }))
      .filter(({ condition }) => !filter.state || condition.state === filter.state)
      .sort(
        (a, b) => byState(a.condition.state, b.condition.state) || a.asset.name.localeCompare(b.asset.name),
      );
    const page = Math.max(1, Math.trunc(Number(c.req.query("page") ?? 1)) || 1);
    return c.html(
      <FleetPage
        view={view}
        filter={filter}
        rows={rows.slice((page - 1) * PER_PAGE, page * PER_PAGE)}
        total={rows.length}
        page={page}
        live={conditions.live}
        customers={isStaff(view.viewer) ? everyRow((query) => listCustomers(db, view.viewer, query)) : []}
        models={everyRow((query) => listModels(db, view.viewer, query))}
      />,
    );
  });
}

function FleetPage(props: {
  view: View;
  filter: Filter;
  rows: Row[];
  total: number;
  page: number;
  live: boolean;
  customers: CustomerRow[];
  models: ModelRow[];
}) {
  const { view, filter, rows, total, page } = props;
  const staff = isStaff(view.viewer);
  const filtered = Object.values(filter).some(Boolean);
  const title = staff ? "Fleet" : "Machines";
  return (
    <Page view={view} title={title} live={rows.slice(0, LIVE_ASSETS).map((r) => r.asset.id)}>
      <div class="top">
        <div class="lead">
          <h1>{title}</h1>
          <p>
            {filtered
              ? `${count(total, "machine matches", "machines match")} of ${view.counts.assets}`
              : count(total, "machine")}
          </p>
        </div>
        {isStaff(view.viewer) ? (
          <div class="acts">
            <a class="btn" href={paths.newAsset()}>
              Add a machine
            </a>
          </div>
        ) : null}
      </div>
      {props.live ? null : <TelemetryDown />}
      <form class="filt" action={paths.fleet()} method="get" aria-label="Filter" data-submit-on-change="">
        <div class="find">
          <input
            type="search"
            name="q"
            value={filter.q}
            placeholder="Name or serial number"
            aria-label="Name or serial number"
          />
        </div>
        {staff ? (
          <Select
            attributes={{ name: "customer", "aria-label": "Customer" }}
            none="Any customer"
            value={filter.customer}
            options={props.customers.map((customer) => ({ value: customer.id, label: customer.name }))}
          />
        ) : null}
        <Select
          attributes={{ name: "model", "aria-label": "Model" }}
          none="Any model"
          value={filter.model}
          options={props.models.map((model) => ({ value: model.id, label: model.name }))}
        />
        <Select
          attributes={{ name: "state", "aria-label": "State" }}
          none="Any state"
          value={filter.state}
          options={ASSET_STATES.map((state: AssetState) => ({
            value: state,
            label: ASSET_SIGNS[state].word,
          }))}
        />
        <button class="btn" type="submit">
          Filter
        </button>
        {filtered ? <a href={paths.fleet()}>Clear all</a> : null}
        <span class="sm dim right hide-s">Sorted by state, then name</span>
      </form>
      <section class="pan" aria-label="Machines">
        {rows.length ? (
          <FleetTable rows={rows} view={view} />
        ) : (
          <Empty>
            <p>{filtered ? "No machine matches this filter." : staff ? NO_MACHINE : NO_MACHINE_OF_YOURS}</p>
            {filtered ? (
              <a class="btn" href={paths.fleet()}>
                Clear the filter
              </a>
            ) : isStaff(view.viewer) ? (
              <a class="btn" href={paths.newAsset()}>
                Add the first machine
              </a>
            ) : null}
          </Empty>
        )}
        {total > PER_PAGE ? (
          <p class="more">
            {(page - 1) * PER_PAGE + 1} to {Math.min(total, page * PER_PAGE)} of {total}.{" "}
            {page > 1 ? <a href={paths.fleet({ ...filter, page: page - 1 })}>Earlier</a> : null}{" "}
            {page * PER_PAGE < total ? <a href={paths.fleet({ ...filter, page: page + 1 })}>Later</a> : null}
          </p>
        ) : null}
      </section>
    </Page>
  );
}

function FleetTable({ rows, view }: { rows: Row[]; view: View }) {
  const staff = isStaff(view.viewer);
  return (
    <table class="stack sticky" data-list="">
      <caption class="vh">Machines, sorted by state, then name</caption>
      <thead>
        <tr>
          <th scope="col">State</th>
          <th scope="col">Machine</th>
          <th scope="col" class="r3rd">
            Serial
          </th>
          <th scope="col">{staff ? "Customer · site" : "Site"}</th>
          <th scope="col" class="r2nd">
            Model
          </th>
          <th scope="col" class="num">
            Alarms
          </th>
          <th scope="col" class="num">
            Tickets
          </th>
          <th scope="col" class="num">
            Seen
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ asset, condition }) => (
          <tr data-row={asset.id}>
            <td class="full" data-region={`state-${asset.id}`}>
              <AssetSign state={condition.state} />
            </td>
            <th scope="row" class="lead-s">
              <a class="ell b" href={paths.asset(asset.id)} title={asset.name}>
                {asset.name}
              </a>
            </th>
            <td class="r3rd hide-s m dim nw">{asset.serialNumber}</td>
            <td>
              <span class="ell mid" title={`${asset.customerName}, ${asset.siteName}`}>
                {staff ? `${asset.customerName} · ` : ""}
                <span class={staff ? "mut" : ""}>{asset.siteName}</span>
              </span>
            </td>
            <td class="r2nd hide-s mut">
              <span class={staff ? "ell short" : "ell"} title={asset.modelName}>
                {asset.modelName}
              </span>
            </td>
            <td class="num hide-s" data-region={`alarms-${asset.id}`}>
              {asset.activeAlarms || <span class="dim">–</span>}
            </td>
            <td class="num hide-s" data-region={`tickets-${asset.id}`}>
              {asset.openTickets ? (
                <a href={paths.tickets({ asset: asset.id })}>{asset.openTickets}</a>
              ) : (
                <span class="dim">–</span>
              )}
            </td>
            <td class={`num dim seen ${condition.connected ? "" : "off"}`} data-presence={asset.id}>
              <span data-last-reading={asset.id}>
                {condition.lastSeenAt ? <Ago at={condition.lastSeenAt} reading={view} /> : "no data"}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

import { Hono } from "hono";
import { demand } from "../access/scope.ts";
import { isStaff } from "../access/viewer.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { paths } from "../paths.ts";
import { listAssets } from "../read/assets.ts";
import { findCustomer, listCustomers, listSites } from "../read/customers.ts";
import type { AssetRow, CustomerRow, SiteRow, TicketRow, UserRow } from "../read/rows.ts";
import { listTickets } from "../read/tickets.ts";
import { listUsers } from "../read/users.ts";
import { Page, type View } from "../views/layout.tsx";
import { count } from "../views/number.ts";
import { Empty, Panel, TelemetryDown } from "../views/parts.tsx";
import { AssetSign, byState } from "../views/status.tsx";
import { TicketList } from "../views/ticket.tsx";
import { type Condition, conditionsOf } from "./condition.ts";
import { UserTable } from "./users.tsx";
import { everyRow, viewOf } from "./view-of.ts";

export function customerPages(deps: PortalDeps): Hono<PortalEnv> {
  const { db } = deps;
  return new Hono<PortalEnv>()
    .get("/customers", (c) => {
      const view = viewOf(c, deps);
      demand(isStaff(view.viewer), "read the list of customers");
      return c.html(
        <Customers view={view} customers={everyRow((query) => listCustomers(db, view.viewer, query))} />,
      );
    })
    .get("/customers/:id", async (c) => {
      const view = viewOf(c, deps);
      const { viewer } = view;
      const customer = findCustomer(db, viewer, c.req.param("id"));
      const assets = everyRow((query) => listAssets(db, viewer, { ...query, customerId: customer.id }));
      return c.html(
        <Customer
          view={view}
          customer={customer}
          sites={everyRow((query) => listSites(db, viewer, { ...query, customerId: customer.id }))}
          assets={assets}
          conditions={await conditionsOf(deps, viewer, assets)}
          tickets={listTickets(db, viewer, { customerId: customer.id, state: "open", limit: 50 }).items}
          users={everyRow((query) => listUsers(db, viewer, { ...query, customerId: customer.id }))}
        />,
      );
    });
}

function Customers({ view, customers }: { view: View; customers: CustomerRow[] }) {
  return (
    <Page view={view} title="Customers">
      <div class="top">
        <div class="lead">
          <h1>Customers</h1>
          <p>{count(customers.length, "customer")}</p>
        </div>
        <div class="acts">
          <a class="btn" href={paths.newCustomer()}>
            Add a customer
          </a>
        </div>
      </div>
      <section class="pan" aria-label="Customers">
        {customers.length ? (
          <table class="stack sticky">
            <caption class="vh">Customers by name</caption>
            <thead>
              <tr>
                <th scope="col">Customer</th>
                <th scope="col" class="num">
                  Sites
                </th>
                <th scope="col" class="num">
                  Machines
                </th>
                <th scope="col" class="num">
                  Open tickets
                </th>
              </tr>
            </thead>
            <tbody>
              {customers.map((customer) => (
                <tr>
                  <th scope="row" class="full">
                    <a class="b" href={paths.customer(customer.id)}>
                      {customer.name}
                    </a>
                  </th>
                  <td class="num" data-l="Sites">
                    {customer.sites}
                  </td>
                  <td class="num" data-l="Machines">
                    <a href={paths.fleet({ customer: customer.id })}>{customer.assets}</a>
                  </td>
                  <td class="num" data-l="Open tickets">
                    {customer.openTickets}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        ) : (
          <Empty>
            <p>There is no customer yet. A customer owns sites and machines, and gets the tickets.</p>
            <a class="btn" href={paths.newCustomer()}>
              Add the first customer
            </a>
          </Empty>
        )}
      </section>
    </Page>
  );
}

function Customer(props: {
  view: View;
  customer: CustomerRow;
  sites: SiteRow[];
  assets: AssetRow[];
  conditions: { byAsset: Map<string, Condition>; live: boolean };
  tickets: TicketRow[];
  users: UserRow[];
}) {
  const { view, customer, sites, assets, tickets } = props;
  const staff = isStaff(view.viewer);
  const stateOf = (asset: AssetRow) => props.conditions.byAsset.get(asset.id)?.state ?? "unknown";
  return (
    <Page view={view} title={customer.name}>
      <div class="top">
        <div class="lead">
          {staff ? (
            <nav class="crumb" aria-label="Where you are">
              <a href={paths.customers()}>Customers</a>
            </nav>
          ) : null}
          <h1>{customer.name}</h1>
          <p>
            {count(sites.length, "site")}, {count(assets.length, "machine")},{" "}
            {count(tickets.length, "open ticket")}
          </p>
        </div>
        {staff ? (
          <div class="acts">
            <a class="btn" href={paths.newSite({ customer: customer.id })}>
              Add a site
            </a>
            <a class="btn" href={paths.newAsset({ customer: customer.id })}>
              Add a machine
            </a>
            <a class="btn" href={paths.newUser({ customer: customer.id })}>
              Add a person
            </a>
          </div>
        ) : null}
      </div>
      {props.conditions.live ? null : <TelemetryDown />}
      <div class="grid g-main">
        <div class="col">
          {sites.map((site) => (
            <Panel id={`site-${site.id}`} title={site.name} aside={site.timeZone}>
              <SiteMachines
                machines={assets.filter((a) => a.siteId === site.id)}
                stateOf={stateOf}
                site={site}
                staff={staff}
              />
            </Panel>
          ))}
          {sites.length ? null : (
            <Panel id="sites" title="Sites">
              <Empty>
                <p>
                  There is no site yet. A machine stands at a site, and a site's days are cut in its time
                  zone.
                </p>
                {staff ? (
                  <a class="btn" href={paths.newSite({ customer: customer.id })}>
                    Add the first site
                  </a>
                ) : null}
              </Empty>
            </Panel>
          )}
        </div>
        <div class="col">
          <Panel
            id="tickets"
            title="Open tickets"
            aside={<a href={paths.tickets({ customer: customer.id, state: "all" })}>All</a>}
          >
            {tickets.length ? (
              <TicketList tickets={tickets} view={view} />
            ) : (
              <Empty>
                <p>No ticket is open.</p>
              </Empty>
            )}
          </Panel>
          <Panel id="people" title="People">
            {props.users.length ? (
              <UserTable users={props.users} caption={`People of ${customer.name}`} short />
            ) : (
              <Empty>
                <p>Nobody of this customer can sign in yet.</p>
              </Empty>
            )}
          </Panel>
        </div>
      </div>
    </Page>
  );
}

function SiteMachines(props: {
  machines: AssetRow[];
  stateOf: (asset: AssetRow) => Condition["state"];
  site: SiteRow;
  staff: boolean;
}) {
  const { machines, stateOf } = props;
  if (!machines.length) {
    return (
      <Empty>
        <p>No machine stands here yet.</p>
        {props.staff ? (
          <a class="btn" href={paths.newAsset({ customer: props.site.customerId, site: props.site.id })}>
            Add a machine
          </a>
        ) : null}
      </Empty>
    );
  }
  return (
    <ul>
      {[...machines]
        .sort((a, b) => byState(stateOf(a), stateOf(b)) || a.name.localeCompare(b.name))
        .map((machine) => (
          <li class="row hrow">
            <div>
              <div class="l1">
                <a href={paths.asset(machine.id)}>{machine.name}</a>
              </div>
              <div class="l2">
                {machine.modelName} · <span class="m">{machine.serialNumber}</span>
              </div>
            </div>
            <AssetSign state={stateOf(machine)} />
          </li>
        ))}
    </ul>
  );
}

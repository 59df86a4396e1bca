import { paths, withQuery } from "../paths.ts";
import { CsvLink } from "../views/csv-link.tsx";
import { FilterBar } from "../views/filter-bar.tsx";
import { Page, type View } from "../views/layout.tsx";
import { count, formatNumber } from "../views/number.ts";
import { Empty, TelemetryDown } from "../views/parts.tsx";
import { SavedViews } from "../views/saved-views.tsx";
import { fleetChips } from "./fleet-chips.tsx";
import { type FleetFilter, type FleetRow, type FleetSort, fleetQuery, isNarrow } from "./fleet-filter.ts";
import { FleetTable, SelectionBar } from "./fleet-table.tsx";
import { FleetTabs } from "./map.tsx";
import { LIVE_ASSETS } from "./view-of.ts";

/** A page of rows is read, not scrolled for ever; the address names the page. */
export const PER_PAGE = 50;
const NO_MACHINE =
  "There is no machine yet. A machine is one serial number of a model, at a customer's site.";
const NO_MACHINE_OF_YOURS =
  "No machine is registered to your account yet. Your maker adds them when they are delivered.";

type Props = {
  view: View;
  filter: FleetFilter;
  sort: FleetSort;
  page: number;
  /** Every machine the viewer may see. */
  all: readonly FleetRow[];
  /** How many the filter finds. */
  found: number;
  /** Those of this page. */
  rows: readonly FleetRow[];
  live: boolean;
  staff: boolean;
  /** The saved view the filter began with. */
  viewId: string | null;
  tabs: Pick<Parameters<typeof SavedViews>[0], "views" | "mayTeam">;
};

export function FleetPage(props: Props) {
  const { view, filter, sort, rows, staff } = props;
  const title = staff ? "Fleet" : "Machines";
  const narrow = isNarrow(filter);
  const query = fleetQuery(filter, sort);
  return (
    <Page view={view} title={title} live={rows.slice(0, LIVE_ASSETS).map(({ entry }) => entry.asset.id)}>
      <div class="top">
        <div class="lead">
          <h1>{title}</h1>
          <p role="status" data-part="count">
            {narrow
              ? `${count(props.found, "machine matches", "machines match")} of ${formatNumber(props.all.length, 0)}`
              : `${count(props.all.length, "machine")} at ${count(sitesOf(props.all), "site")}`}
          </p>
        </div>
        <div class="acts">
          <FleetTabs query={new URLSearchParams(withQuery("", query))} map={false} />
          <CsvLink view={view} />
          {staff ? (
            <a class="btn" href={paths.newAsset()}>
              Add a machine
            </a>
          ) : null}
        </div>
      </div>
      {props.live ? null : <TelemetryDown />}
      <SavedViews
        page="fleet"
        all={staff ? "All machines" : "All"}
        query={withQuery("", query).slice(1)}
        viewId={props.viewId}
        {...props.tabs}
      />
      <FilterBar
        action={paths.fleet()}
        text={{ name: "q", value: filter.q, label: "Name, serial, site" }}
        chips={fleetChips(props.all, filter, sort, staff)}
        keep={{ sort: query.sort, view: props.viewId ?? "" }}
        clearAll={narrow ? paths.fleet({ sort: query.sort }) : null}
      />
      <section class="pan" aria-label={title} data-part="list">
        {rows.length ? (
          <FleetTable rows={rows} view={view} filter={filter} sort={sort} staff={staff} />
        ) : (
          <Nothing narrow={narrow} staff={staff} />
        )}
        <Pages {...props} />
      </section>
      <SelectionBar />
    </Page>
  );
}

const sitesOf = (rows: readonly FleetRow[]): number =>
  new Set(rows.map(({ entry }) => entry.asset.siteId)).size;

function Nothing({ narrow, staff }: { narrow: boolean; staff: boolean }) {
  return (
    <Empty>
      <p>{narrow ? "No machine matches this filter." : staff ? NO_MACHINE : NO_MACHINE_OF_YOURS}</p>
      {narrow ? (
        <a class="btn" href={paths.fleet()}>
          Clear the filter
        </a>
      ) : staff ? (
        <a class="btn" href={paths.newAsset()}>
          Add the first machine
        </a>
      ) : null}
    </Empty>
  );
}

function Pages({ filter, sort, page, found }: Props) {
  if (found <= PER_PAGE) return null;
  const at = (n: number) => paths.fleet(fleetQuery(filter, sort, n));
  const last = Math.ceil(found / PER_PAGE);
  const number = (n: number) => formatNumber(n, 0);
  return (
    <nav class="more pages" aria-label="Pages of the list">
      <span>
        {number((page - 1) * PER_PAGE + 1)} to {number(Math.min(found, page * PER_PAGE))} of {number(found)}
      </span>
      {page > 1 ? (
        <>
          <a href={at(1)} data-in-place="">
            First
          </a>
          <a href={at(page - 1)} data-in-place="" rel="prev">
            Earlier
          </a>
        </>
      ) : null}
      {page < last ? (
        <>
          <a href={at(page + 1)} data-in-place="" rel="next">
            Later
          </a>
          <a href={at(last)} data-in-place="">
            Last
          </a>
        </>
      ) : null}
    </nav>
  );
}

import { paths } from "../paths.ts";
import type { View } from "../views/layout.tsx";
import { Ago } from "../views/parts.tsx";
import { SortHead } from "../views/sort-head.tsx";
import { AssetSign } from "../views/status.tsx";
import { type FleetFilter, type FleetRow, type FleetSort, fleetQuery, type SortKey } from "./fleet-filter.ts";

type Column = { key: SortKey; label: string; class?: string; newestFirst?: boolean };
const COLUMNS = (staff: boolean): Column[] => [
  { key: "state", label: "State" },
  { key: "name", label: "Machine" },
  { key: "serial", label: "Serial", class: "r3rd" },
  { key: "customer", label: staff ? "Customer · site" : "Site" },
  { key: "model", label: "Model", class: "r2nd" },
  // Of numbers the greatest is looked for.
  { key: "alarms", label: "Alarms", class: "num", newestFirst: true },
  { key: "tickets", label: "Ticket", newestFirst: true },
  { key: "seen", label: "Seen", class: "num" },
];
/** The spark stands before these. */
const SPARK_BEFORE: SortKey = "alarms";

export function FleetTable(props: {
  rows: readonly FleetRow[];
  view: View;
  filter: FleetFilter;
  sort: FleetSort;
  staff: boolean;
}) {
  const { rows, filter, sort, staff } = props;
  const columns = COLUMNS(staff);
  const sortedBy = columns.find((column) => column.key === sort.key)!.label.toLowerCase();
  return (
    <table class="stack sticky fleet" data-list="" data-rows="">
      <caption class="vh">
        Machines, sorted by {sortedBy}
        {sort.key === "name" ? "" : ", then name"}
      </caption>
      <thead>
        <tr>
          <th scope="col" class="pick">
            <span class="vh">Compare</span>
          </th>
          {columns.map((column) => {
            const isIt = sort.key === column.key;
            const down = isIt ? !sort.down : column.newestFirst === true;
            return (
              <>
                {column.key === SPARK_BEFORE ? (
                  <th scope="col" class="r2nd">
                    24 h
                  </th>
                ) : null}
                <SortHead
                  label={column.label}
                  class={column.class}
                  href={paths.fleet(fleetQuery(filter, { key: column.key, down }))}
                  sorted={isIt ? (sort.down ? "descending" : "ascending") : null}
                />
              </>
            );
          })}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row row={row} view={props.view} staff={staff} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ row, view, staff }: { row: FleetRow; view: View; staff: boolean }) {
  const { asset, tickets } = row.entry;
  const { condition } = row;
  const newest = tickets[0];
  return (
    <tr data-row={asset.id}>
      <td class="pick">
        <label>
          <input
            type="checkbox"
            name="assets"
            value={asset.id}
            form="compare"
            aria-label={`Choose ${asset.name}`}
          />
        </label>
      </td>
      <td class="full" data-region={`state-${asset.id}`}>
        <AssetSign state={condition.state} />
      </td>
      <th scope="row" class="lead-s">
        <a class="ell b" href={paths.asset(asset.id)} title={asset.name}>
          {asset.name}
        </a>
      </th>
      <td class="r3rd hide-s m dim nw">
        <span class="ell short" title={asset.serialNumber}>
          {asset.serialNumber}
        </span>
      </td>
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
      <td class="sp r2nd hide-s" data-spark={asset.id} />
      <td class="num hide-s" data-region={`alarms-${asset.id}`}>
        {asset.activeAlarms || <span class="dim">–</span>}
      </td>
      <td class="hide-s nw" data-region={`tickets-${asset.id}`}>
        {newest ? (
          <>
            <a class="m" href={paths.ticket(newest.id)}>
              T-{newest.number}
            </a>
            {tickets.length > 1 ? (
              <a class="dim more-of" href={paths.tickets({ asset: asset.id })}>
                +{tickets.length - 1}
                <span class="vh"> more: all {tickets.length} tickets</span>
              </a>
            ) : null}
          </>
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
  );
}

/** Floats at the bottom while rows are chosen. Without script the style sheet shows it, and the boxes are its form's. */
export function SelectionBar() {
  return (
    <form class="selbar" id="compare" action="/compare" method="get" aria-label="Chosen machines">
      <span role="status" data-chosen-text="">
        Chosen machines
      </span>
      <button class="btn p" type="submit">
        Compare
      </button>
      <button class="btn" type="reset">
        Clear
      </button>
    </form>
  );
}

import { isStaff } from "../access/viewer.ts";
import type { Pill } from "../map/fleet-map.ts";
import { paths } from "../paths.ts";
import type { View } from "../views/layout.tsx";
import { count, formatNumber } from "../views/number.ts";
import { Ago } from "../views/parts.tsx";
import { ASSET_SIGNS, type AssetState, byState, Glyph } from "../views/status.tsx";
import type { FleetRow } from "./fleet-filter.ts";

export type Unplaced = { id: string; name: string; customerName: string; machines: readonly FleetRow[] };

/** More would be a table; the table is one press away. */
const ROWS = 60;
export const isFine = (state: AssetState): boolean => state === "normal" || state === "stopped";

/** What is abnormal in view, worst first; or, of a pill that was pressed, every machine on its spot. */
export function MachinesHere(props: {
  view: View;
  rows: readonly FleetRow[];
  here: Pill<FleetRow> | undefined;
  back: string;
  /** How many are not in view. */
  elsewhere: number;
}) {
  const { view, rows, here } = props;
  const worstFirst = (here ? here.sites.flatMap((site) => [...site.machines]) : rows)
    .filter((row) => here || !isFine(row.condition.state))
    .toSorted((a, b) => byState(a.condition.state, b.condition.state));
  return (
    <section class="map-list" aria-labelledby="h-map-list" data-map-list="">
      <header>
        <h2 id="h-map-list">{here ? here.sites.map((site) => site.name).join(", ") : "Abnormal in view"}</h2>
        <p class="l2" role="status">
          {here ? (
            <>
              {count(worstFirst.length, "machine")}, worst first · <a href={props.back}>Abnormal in view</a>
            </>
          ) : (
            `${formatNumber(worstFirst.length, 0)} of ${formatNumber(rows.length, 0)}, worst first${
              props.elsewhere ? ` · ${formatNumber(props.elsewhere, 0)} outside this view` : ""
            }`
          )}
        </p>
      </header>
      {worstFirst.length ? (
        <ul>
          {worstFirst.slice(0, ROWS).map(({ entry: { asset }, condition }) => (
            <li class="row map-row">
              <Glyph state={condition.state} label={ASSET_SIGNS[condition.state].word} />
              <div>
                <div class="l1 ell" title={asset.name}>
                  <a href={paths.asset(asset.id)}>{asset.name}</a>
                </div>
                <div class="l2 ell">
                  {isStaff(view.viewer) ? `${asset.customerName} · ` : ""}
                  {asset.siteName}
                </div>
              </div>
              <span class="l2 nw">
                {condition.lastSeenAt === null ? "no data" : <Ago at={condition.lastSeenAt} reading={view} />}
              </span>
            </li>
          ))}
        </ul>
      ) : (
        <div class="empty">
          <p>{rows.length ? "Nothing is abnormal in view." : "No machine is in view."}</p>
        </div>
      )}
      {worstFirst.length > ROWS ? (
        <p class="more">
          <a href={paths.fleet()}>{count(worstFirst.length - ROWS, "more machine")}, in the table</a>
        </p>
      ) : null}
    </section>
  );
}

/** What the map cannot show is said, and can be mended by those who may. */
export function WithoutPlace({ view, unplaced }: { view: View; unplaced: readonly Unplaced[] }) {
  if (!unplaced.length) return null;
  const machines = unplaced.reduce((sum, site) => sum + site.machines.length, 0);
  const staff = isStaff(view.viewer);
  return (
    <details class="pan unplaced">
      <summary>
        Not on the map: {count(machines, "machine")} at {count(unplaced.length, "site")} without a place
      </summary>
      <ul>
        {unplaced.slice(0, 200).map((site) => (
          <li class="row hrow">
            <div>
              <div class="l1">
                <a href={paths.fleet({ site: site.id })}>{site.name}</a>
              </div>
              <div class="l2">
                {staff ? `${site.customerName} · ` : ""}
                {count(site.machines.length, "machine")}
              </div>
            </div>
            {staff ? (
              <a class="btn s" href={paths.sitePlace(site.id)}>
                Set its place<span class="vh">: {site.name}</span>
              </a>
            ) : null}
          </li>
        ))}
      </ul>
    </details>
  );
}

import type { DeviceStatus } from "@millwright/shared/telemetry/read-api";
import type { LatestValue } from "@millwright/shared/telemetry/store";
import { isStaff, mayWrite } from "../access/viewer.ts";
import { paths } from "../paths.ts";
import type { AlarmRow, AssetRow, DeviceRow, ModelRow, TicketRow } from "../read/rows.ts";
import type { View } from "../views/layout.tsx";
import { Ago } from "../views/parts.tsx";
import { AssetSign } from "../views/status.tsx";
import { Why } from "../views/why.tsx";
import { type Condition, runningOf } from "./condition.ts";
import { clocksDiffer } from "./site-time.ts";
import { whySeen, whyState } from "./state-why.tsx";

/** What every tab of a machine's page knows. */
export type Known = {
  view: View;
  asset: AssetRow;
  model: ModelRow;
  /** Active alarms, shelved ones too. */
  active: AlarmRow[];
  /** Open ones. */
  tickets: TicketRow[];
  devices: DeviceRow[];
  /** null: ingest does not answer. */
  values: LatestValue[] | null;
  status: DeviceStatus[] | null;
  condition: Condition;
};

const TABS = [
  ["overview", "Overview"],
  ["alarms", "Alarms"],
  ["tickets", "Tickets"],
  ["history", "History"],
  ["setup", "Setup"],
] as const;
export type AssetTab = (typeof TABS)[number][0];

/** How a machine is set up is the maker's business. */
const tabsFor = (staff: boolean) => TABS.filter(([key]) => staff || key !== "setup");
export const tabOf = (asked: string | undefined, staff: boolean): AssetTab =>
  tabsFor(staff).find(([key]) => key === asked)?.[0] ?? "overview";

export function AssetTabs({ view, asset, active, tickets, tab }: Known & { tab: AssetTab }) {
  const number: Partial<Record<AssetTab, number>> = {
    alarms: active.filter((alarm) => alarm.shelf === null).length,
    tickets: tickets.length,
  };
  return (
    <nav class="tabs" aria-label="Parts of this page" data-region="asset-tabs">
      {tabsFor(isStaff(view.viewer)).map(([key, label]) => (
        <a
          href={paths.asset(asset.id, { tab: key === "overview" ? undefined : key })}
          aria-current={key === tab ? "page" : undefined}
        >
          {key === "overview" && !isStaff(view.viewer) ? "Now" : label}{" "}
          {number[key] ? <b>{number[key]}</b> : null}
        </a>
      ))}
    </nav>
  );
}

/** Which clock the page shows, where the site's is another than the reader's. */
function SiteTime({ view, asset }: Pick<Known, "view" | "asset">) {
  if (!clocksDiffer(view)) return null;
  const atSite = view.zone === asset.timeZone;
  return (
    <span>
      Times in {view.zone}
      {atSite ? ", the site's" : ""} ·{" "}
      <a href={paths.asset(asset.id, { time: atSite ? "mine" : "site" })}>
        {atSite ? "show them in mine" : "show them as at the site"}
      </a>
    </span>
  );
}

export function AssetHead({ view, asset, model, active, condition, tickets, values }: Known) {
  const running = condition.state === "unknown" ? null : runningOf(model.running, values ?? []);
  const staff = isStaff(view.viewer);
  const urgent = [...tickets].sort((a, b) => a.priority - b.priority || b.updatedAt - a.updatedAt)[0];
  return (
    <div class="top">
      <div class="lead">
        <nav class="crumb" aria-label="Where you are">
          {staff ? (
            <>
              <a href={paths.customer(asset.customerId)}>{asset.customerName}</a>
              <span>/</span>
            </>
          ) : null}
          <a href={paths.fleet({ q: asset.siteName })}>{asset.siteName}</a>
        </nav>
        <h1>{asset.name}</h1>
        <div class="hd">
          <span data-region="state">
            <Why
              reasons={whyState(
                condition,
                active.filter((alarm) => alarm.shelf === null),
                view,
              )}
              reading={view}
            >
              <AssetSign state={condition.state} />
            </Why>
          </span>
          <span>
            {asset.modelName} · <span class="m">{asset.serialNumber}</span>
          </span>
          {running === null || condition.state === "stopped" ? null : (
            <span data-region="running">{running ? "Running" : "Stopped"}</span>
          )}
          <span class={`live ${condition.connected ? "" : "off"}`} data-presence={asset.id}>
            <i />
            <Why reasons={whySeen(condition, view)} reading={view}>
              <span data-last-reading={asset.id} data-words="Last reading ">
                {condition.lastSeenAt ? (
                  <>
                    Last reading <Ago at={condition.lastSeenAt} reading={view} />
                  </>
                ) : (
                  "No reading yet"
                )}
              </span>
            </Why>
          </span>
          <SiteTime view={view} asset={asset} />
        </div>
      </div>
      <div class="acts">
        <a class="btn" href={paths.assetExport(asset.id)}>
          Export
        </a>
        {mayWrite(view.viewer) ? (
          <a class="btn" href={paths.newTicket({ asset: asset.id })}>
            {staff ? "New ticket" : "Report a problem"}
          </a>
        ) : null}
        {urgent ? (
          <a class="btn" href={paths.ticket(urgent.id)}>
            Open T-{urgent.number}
          </a>
        ) : null}
      </div>
    </div>
  );
}

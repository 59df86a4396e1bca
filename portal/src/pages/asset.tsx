import type { DeviceStatus } from "@millwright/shared/telemetry/read-api";
import type { LatestValue } from "@millwright/shared/telemetry/store";
import { Hono } from "hono";
import { isStaff, mayWrite } from "../access/viewer.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { paths } from "../paths.ts";
import { listAlarms } from "../read/alarms.ts";
import { findAsset, visibleFrom } from "../read/assets.ts";
import { listDevices } from "../read/devices.ts";
import { findModel } from "../read/models.ts";
import type { AlarmRow, AssetRow, DeviceRow, ModelRow, TicketRow } from "../read/rows.ts";
import { listTickets } from "../read/tickets.ts";
import { Page, type View } from "../views/layout.tsx";
import { count } from "../views/number.ts";
import { Ago, Empty, Panel, TelemetryDown } from "../views/parts.tsx";
import { AssetSign } from "../views/status.tsx";
import { TicketList } from "../views/ticket.tsx";
import { clock } from "../views/time.ts";
import { ChartSection, type ChartState, chartState } from "./chart-section.tsx";
import { type Condition, conditionOf } from "./condition.ts";
import { DevicePanel } from "./device-panel.tsx";
import { ActiveProblem, LatestTable } from "./machine-parts.tsx";
import { problemsOf } from "./problems.ts";
import { answer, viewOf } from "./view-of.ts";

/** Problems opened at the top; the rest fold away, so that a storm does not push the chart off the page. */
const OPEN_PROBLEMS = 2;

/** "What is wrong with it, and since when?" */
export function assetPages(deps: PortalDeps): Hono<PortalEnv> {
  return new Hono<PortalEnv>().get("/assets/:id", async (c) => {
    const view = viewOf(c, deps);
    const { db, telemetry } = deps;
    const { viewer } = view;
    const asset = findAsset(db, viewer, c.req.param("id"));
    const model = findModel(db, viewer, asset.modelId);
    const active = listAlarms(db, viewer, { assetId: asset.id, state: "active", limit: 100 }).items;
    const since = visibleFrom(db, viewer, asset.id);
    const [latest, status, chart] = await Promise.all([
      answer(deps, telemetry.latest(asset.deviceIds)),
      answer(deps, telemetry.status(asset.deviceIds)),
      chartState(c, deps, view, { asset, model, active }),
    ]);
    const values = latest?.filter((value) => value.time >= since) ?? null;
    return c.html(
      <AssetPage
        view={view}
        asset={asset}
        model={model}
        active={active}
        tickets={listTickets(db, viewer, { assetId: asset.id, state: "open", limit: 50 }).items}
        devices={listDevices(db, viewer, { assetId: asset.id, limit: 50 }).items}
        values={values}
        status={status}
        condition={conditionOf({
          asset,
          alarms: active,
          status,
          latest: values ?? [],
          running: model.running,
          now: view.now,
        })}
        chart={chart}
      />,
    );
  });
}

type Props = {
  view: View;
  asset: AssetRow;
  model: ModelRow;
  active: AlarmRow[];
  tickets: TicketRow[];
  devices: DeviceRow[];
  values: LatestValue[] | null;
  status: DeviceStatus[] | null;
  condition: Condition;
  chart: ChartState;
};

function AssetPage(props: Props) {
  const { view, asset, model, active, chart } = props;
  const problems = problemsOf(active, props.tickets);
  const tagCount = model.tags.length ? count(model.tags.length, "tag") : undefined;
  return (
    <Page view={view} title={asset.name} live={[asset.id]} chart={!chart.table && chart.tags.length > 0}>
      <Head {...props} />
      <div data-region="alarms">
        {problems.slice(0, OPEN_PROBLEMS).map((problem) => (
          <ActiveProblem problem={problem} model={model} view={view} />
        ))}
        {problems.length > OPEN_PROBLEMS ? (
          <details class="pan alm-more">
            <summary>{count(problems.length - OPEN_PROBLEMS, "more active problem")}</summary>
            {problems.slice(OPEN_PROBLEMS).map((problem) => (
              <ActiveProblem problem={problem} model={model} view={view} />
            ))}
          </details>
        ) : null}
      </div>
      {props.values ? null : <TelemetryDown />}
      <div class="grid g-main">
        <div class="col">
          <ChartSection view={view} chart={chart} />
          <Panel id="latest" title="Latest values" aside={tagCount}>
            <LatestTable assetId={asset.id} values={props.values} model={model} view={view} />
          </Panel>
        </div>
        <div class="col">
          <Panel
            id="tickets"
            title="Open tickets"
            aside={<a href={paths.tickets({ asset: asset.id, state: "all" })}>All</a>}
            region
          >
            {props.tickets.length ? (
              <TicketList tickets={props.tickets} view={view} />
            ) : (
              <Empty>
                <p>No ticket is open for this machine.</p>
              </Empty>
            )}
          </Panel>
          <DevicePanel view={view} devices={props.devices} status={props.status} assetId={asset.id} />
          <Machine {...props} />
        </div>
      </div>
    </Page>
  );
}

function Head({ view, asset, condition }: Props) {
  return (
    <div class="top">
      <div class="lead">
        <nav class="crumb" aria-label="Where you are">
          {isStaff(view.viewer) ? (
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
            <AssetSign state={condition.state} />
          </span>
          <span>
            {asset.modelName} · <span class="m">{asset.serialNumber}</span>
          </span>
          <span class={`live ${condition.connected ? "" : "off"}`} data-presence={asset.id}>
            <i />
            <span data-last-reading={asset.id} data-words="Last reading ">
              {condition.lastSeenAt ? (
                <>
                  Last reading <Ago at={condition.lastSeenAt} reading={view} />
                </>
              ) : (
                "No reading yet"
              )}
            </span>
          </span>
        </div>
      </div>
      <div class="acts">
        {mayWrite(view.viewer) ? (
          <a class="btn" href={paths.newTicket({ asset: asset.id })}>
            {isStaff(view.viewer) ? "New ticket" : "Report a problem"}
          </a>
        ) : null}
      </div>
    </div>
  );
}

function Machine({ view, asset, model }: Props) {
  return (
    <Panel id="machine" title="Machine">
      <div class="in">
        <dl class="kv">
          <dt>Model</dt>
          <dd>{isStaff(view.viewer) ? <a href={paths.model(model.id)}>{model.name}</a> : model.name}</dd>
          <dt>Serial number</dt>
          <dd class="m">{asset.serialNumber}</dd>
          <dt>Owner</dt>
          <dd>{asset.customerName}</dd>
          <dt>Site</dt>
          <dd>{asset.siteName}</dd>
          <dt>Site time</dt>
          <dd>
            {asset.timeZone}, {clock(view.now, asset.timeZone)}
          </dd>
        </dl>
      </div>
    </Panel>
  );
}

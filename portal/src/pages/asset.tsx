import type { DeviceStatus } from "@millwright/shared/telemetry/read-api";
import type { LatestValue, RangeSeries } from "@millwright/shared/telemetry/store";
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
import { Chart, ChartControls, chosenTags, type Span, spanOf } from "./chart-panel.tsx";
import { type Condition, conditionOf } from "./condition.ts";
import { DevicePanel } from "./device-panel.tsx";
import { ActiveProblem, LatestTable } from "./machine-parts.tsx";
import { problemsOf } from "./problems.ts";
import { SeriesTable } from "./series-table.tsx";
import { answer, viewOf } from "./view-of.ts";

/** Problems opened at the top; the rest fold away, so that a storm does not push the chart off the page. */
const OPEN_PROBLEMS = 2;
const TABLE_BUCKETS = 48;

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
    const asked = c.req.queries("tag")?.join(",") ?? c.req.query("tags");
    const span = spanOf(
      { range: c.req.query("range"), from: c.req.query("from"), to: c.req.query("to") },
      view,
    );
    const tags = chosenTags(asked, model, active);
    const table = c.req.query("view") === "table";
    const [latest, status, series] = await Promise.all([
      answer(deps, telemetry.latest(asset.deviceIds)),
      answer(deps, telemetry.status(asset.deviceIds)),
      table && tags.length
        ? answer(
            deps,
            telemetry.range({
              devices: asset.deviceIds,
              tags: tags.map((tag) => tag.key),
              ...tableSpan(span, since),
            }),
          )
        : null,
    ]);
    const values = latest?.filter((value) => value.time >= since) ?? null;
    return c.html(
      <AssetPage
        view={view}
        asset={asset}
        model={model}
        active={active}
        strip={listAlarms(db, viewer, { assetId: asset.id, from: span.from, to: span.to, limit: 200 }).items}
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
        span={span}
        tags={tags}
        asked={asked}
        series={series}
        table={table}
      />,
    );
  });
}

/** Buckets of a table begin at round times (in UTC), as a person would cut them; the newest one may be incomplete. */
function tableSpan(span: Span, since: number): { from: number; to: number; buckets: number } {
  const step = Math.max(1000, Math.ceil((span.to - span.from) / TABLE_BUCKETS / 60_000) * 60_000);
  const to = Math.ceil(span.to / step) * step;
  const from = Math.max(to - TABLE_BUCKETS * step, Math.ceil(since / step) * step);
  if (from < to) return { from, to, buckets: (to - from) / step };
  // The reader's ownership began within the newest bucket.
  return { from: since, to: Math.max(to, since + 1), buckets: 1 };
}

type Props = {
  view: View;
  asset: AssetRow;
  model: ModelRow;
  active: AlarmRow[];
  strip: AlarmRow[];
  tickets: TicketRow[];
  devices: DeviceRow[];
  values: LatestValue[] | null;
  status: DeviceStatus[] | null;
  condition: Condition;
  span: Span;
  tags: ReturnType<typeof chosenTags>;
  asked: string | undefined;
  series: RangeSeries[] | null;
  table: boolean;
};

function AssetPage(props: Props) {
  const { view, asset, model, active, span, tags } = props;
  const problems = problemsOf(active, props.tickets);
  const tagCount = model.tags.length ? count(model.tags.length, "tag") : undefined;
  return (
    <Page view={view} title={asset.name} live={[asset.id]} chart={!props.table && tags.length > 0}>
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
          <section class="pan" aria-labelledby="h-chart">
            <header>
              <h2 id="h-chart" data-chart-title="">
                {span.title}
              </h2>
              <ChartControls
                assetId={asset.id}
                span={span}
                tags={tags}
                model={model}
                table={props.table}
                asked={props.asked}
              />
            </header>
            {props.table ? (
              props.series ? (
                <SeriesTable view={view} tags={tags} series={props.series} />
              ) : (
                <p class="chart-note">
                  The readings of this time cannot be shown just now. They are kept; try again in a moment.
                </p>
              )
            ) : tags.length ? (
              <Chart
                view={view}
                assetId={asset.id}
                model={model}
                tags={tags}
                alarms={props.strip}
                span={span}
              />
            ) : (
              <p class="chart-note">The model lists no tags, so there is nothing to draw.</p>
            )}
          </section>
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

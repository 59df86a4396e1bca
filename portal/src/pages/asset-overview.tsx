import { isStaff } from "../access/viewer.ts";
import { paths } from "../paths.ts";
import type { HistoryEvent } from "../read/history.ts";
import type { AlarmRow } from "../read/rows.ts";
import { AlarmTimes, Shelf, Unshelve } from "../views/alarm.tsx";
import type { View } from "../views/layout.tsx";
import { count, readable } from "../views/number.ts";
import { Empty, Panel, TelemetryDown } from "../views/parts.tsx";
import { PriorityMark } from "../views/status.tsx";
import { TicketList } from "../views/ticket.tsx";
import type { Known } from "./asset-head.tsx";
import { Timeline } from "./asset-history.tsx";
import { Machine } from "./asset-setup.tsx";
import { ChartSection, type ChartState } from "./chart-section.tsx";
import { DevicePanel } from "./device-panel.tsx";
import { ActiveProblem, LatestTable } from "./machine-parts.tsx";
import { problemsOf } from "./problems.ts";

/** Problems opened at the top; the rest fold away, so that a storm does not push the chart off the page. */
const OPEN_PROBLEMS = 2;

/** Need, then evidence, then facts. */
export function Overview(props: Known & { chart: ChartState; events: HistoryEvent[] }) {
  const { view, asset, model, active, chart } = props;
  const problems = problemsOf(active, props.tickets);
  const shelved = active.filter((alarm) => alarm.shelf !== null);
  const tagCount = model.tags.length ? count(model.tags.length, "tag") : undefined;
  return (
    <>
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
        {shelved.length ? <Shelved alarms={shelved} view={view} /> : null}
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
            aside={<a href={paths.asset(asset.id, { tab: "tickets" })}>All</a>}
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
          <Panel
            id="history"
            title="History"
            aside={<a href={paths.asset(asset.id, { tab: "history" })}>All</a>}
            region
          >
            {props.events.length ? (
              <Timeline events={props.events} view={view} />
            ) : (
              <Empty>
                <p>Nothing has happened yet.</p>
              </Empty>
            )}
          </Panel>
          <DevicePanel view={view} devices={props.devices} status={props.status} assetId={asset.id} />
          {isStaff(view.viewer) ? null : <Machine {...props} />}
        </div>
      </div>
    </>
  );
}

/** Still true, and set aside: small, grey, and never out of sight. */
function Shelved({ alarms, view }: { alarms: readonly AlarmRow[]; view: View }) {
  return (
    <section class="pan shelved" aria-label={`${count(alarms.length, "shelved alarm")}, still active`}>
      <ul>
        {alarms.map((alarm) => (
          <li class="row srow is-shelved">
            <PriorityMark priority={alarm.priority} />
            <div>
              <div class="l1">{readable(alarm.summary)}</div>
              <div class="l2">
                <AlarmTimes alarm={alarm} view={view} /> · <Shelf alarm={alarm} view={view} />
              </div>
            </div>
            <Unshelve alarm={alarm} next={view.path} />
          </li>
        ))}
      </ul>
    </section>
  );
}

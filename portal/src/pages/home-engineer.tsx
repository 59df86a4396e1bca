import { paths } from "../paths.ts";
import type { Change } from "../read/changes.ts";
import type { AlarmRow, TicketRow } from "../read/rows.ts";
import { Page, type View } from "../views/layout.tsx";
import { count, formatNumber } from "../views/number.ts";
import { Empty, Panel, TelemetryDown } from "../views/parts.tsx";
import { TicketTable } from "../views/ticket.tsx";
import { longDay } from "../views/time.ts";
import { FirstSteps } from "./first-steps.tsx";
import type { FleetRow } from "./fleet-filter.ts";
import { Changes } from "./home-changes.tsx";
import { countStates, FleetByState, Where } from "./home-fleet.tsx";
import { NeedRow } from "./home-needs.tsx";
import type { mapSites } from "./map.tsx";
import { type Need, needsOf } from "./needs.ts";
import { problemsOf } from "./problems.ts";
import { LIVE_ASSETS } from "./view-of.ts";

export type HomeProps = {
  view: View;
  rows: readonly FleetRow[];
  /** false: ingest did not answer, and states rest on alarms alone. */
  live: boolean;
  /** Active ones. */
  alarms: AlarmRow[];
  /** Open ones. */
  tickets: TicketRow[];
  changes: Change[];
  since: number;
  /** The reader has said once that they have seen what changed. */
  looked: boolean;
};

const NEEDS = 8;
const TICKETS = 8;

/** "What needs me now?" */
export function EngineerHome(
  props: HomeProps & {
    steps: Parameters<typeof FirstSteps>[0]["steps"] | null;
    where: ReturnType<typeof mapSites>;
  },
) {
  const { view, rows, alarms, tickets } = props;
  const needs = needsOf(problemsOf(alarms, tickets), tickets);
  const gone = Math.max(
    0,
    view.counts.unacknowledgedAlarms - alarms.filter((a) => a.acknowledgedAt === null && !a.shelf).length,
  );
  const mine = tickets
    .filter((t) => t.assigneeId === view.viewer.id)
    .sort((a, b) => a.priority - b.priority || b.updatedAt - a.updatedAt);
  return (
    <Page view={view} title="Home" live={rows.slice(0, LIVE_ASSETS).map((row) => row.entry.asset.id)}>
      <div class="top">
        <div class="lead">
          <h1>{longDay(view.now, view.zone)}</h1>
          <p data-region="home-sentence">
            {props.steps ? "No machine sends yet." : sentence(needs, gone, mine.length)}
          </p>
        </div>
        <div class="acts">
          <a class="btn" href={paths.newTicket()}>
            New ticket
          </a>
        </div>
      </div>
      {props.live ? null : <TelemetryDown />}
      <div class="grid g-main">
        <div class="col">
          {props.steps ? <FirstSteps steps={props.steps} /> : null}
          <Panel
            id="needs"
            title="Needs you now"
            aside={needs.length ? `${formatNumber(needs.length, 0)}, most urgent first` : undefined}
          >
            {needs.length ? (
              <ul data-list="">
                {needs.slice(0, NEEDS).map((need) => (
                  <NeedRow need={need} view={view} />
                ))}
              </ul>
            ) : (
              <Empty>
                <p>Nothing needs you. {calm(rows)}</p>
              </Empty>
            )}
            {needs.length > NEEDS ? (
              <p class="more">
                {count(needs.length - NEEDS, "more")}: <a href={paths.alarms()}>alarms</a>,{" "}
                <a href={paths.tickets()}>tickets</a>
              </p>
            ) : null}
          </Panel>
          <Panel
            id="tickets"
            title="My tickets"
            aside={<a href={paths.tickets()}>All {formatNumber(view.counts.openTickets, 0)}</a>}
          >
            {mine.length ? (
              <TicketTable
                tickets={mine.slice(0, TICKETS)}
                view={view}
                caption="My tickets, most urgent first"
              />
            ) : (
              <Empty>
                <p>
                  No open ticket is yours.
                  {view.counts.openTickets
                    ? ` ${count(view.counts.openTickets, "ticket is", "tickets are")} open in all.`
                    : ""}
                </p>
              </Empty>
            )}
            {mine.length > TICKETS ? (
              <p class="more">
                <a href={paths.tickets()}>{count(mine.length - TICKETS, "more ticket")}</a>
              </p>
            ) : null}
          </Panel>
          <Changes view={view} changes={props.changes} since={props.since} looked={props.looked} />
        </div>
        <div class="col">
          <FleetByState rows={rows} live={props.live} reading={view} />
          <Where {...props.where} />
        </div>
      </div>
    </Page>
  );
}

function sentence(needs: readonly Need[], gone: number, mine: number): string {
  const waiting = needs.filter((need) => need.verb === "acknowledge").length;
  const unclaimed = needs.filter((need) => need.ticket?.assigneeId === null && need.ticket.state === "new");
  const now = waiting
    ? `${count(waiting, "problem waits", "problems wait")} for an acknowledgement.`
    : "No problem waits.";
  const earlier = gone ? ` ${count(gone, "alarm")} came and went, not acknowledged.` : "";
  const tickets = unclaimed.length
    ? ` ${count(unclaimed.length, "new ticket has", "new tickets have")} no owner yet.`
    : "";
  const own = mine ? ` ${count(mine, "ticket is", "tickets are")} yours.` : "";
  return now + earlier + tickets + own;
}

/** "15 machines are normal, 2 are stopped." */
function calm(rows: readonly FleetRow[]): string {
  const counts = new Map(countStates(rows));
  const normal = counts.get("normal") ?? 0;
  const stopped = counts.get("stopped") ?? 0;
  const words = [
    normal ? `${count(normal, "machine is", "machines are")} normal` : "",
    stopped ? `${normal ? stopped : count(stopped, "machine")} ${stopped === 1 ? "is" : "are"} stopped` : "",
  ].filter(Boolean);
  return words.length ? `${words.join(", ")}.` : "";
}

import { paths } from "../paths.ts";
import type { AlarmRow, AssetRow, TicketRow } from "../read/rows.ts";
import { Page, type View } from "../views/layout.tsx";
import { count } from "../views/number.ts";
import { Empty, Panel, TelemetryDown } from "../views/parts.tsx";
import { ASSET_SIGNS, ASSET_STATES, AssetSign, type AssetState } from "../views/status.tsx";
import { TicketList, TicketTable } from "../views/ticket.tsx";
import { longDay } from "../views/time.ts";
import type { Condition } from "./condition.ts";
import { FirstSteps } from "./first-steps.tsx";
import { ProblemRow } from "./problem-row.tsx";
import { problemsOf } from "./problems.ts";
import { LIVE_ASSETS } from "./view-of.ts";

export type HomeProps = {
  view: View;
  assets: AssetRow[];
  conditions: { byAsset: Map<string, Condition>; live: boolean };
  /** Active ones. */
  alarms: AlarmRow[];
  /** Open ones. */
  tickets: TicketRow[];
};

const NEEDS = 8;
const TICKETS = 8;
const RECENT = 6;

/** "What needs me now?" */
export function EngineerHome(props: HomeProps & { steps: Parameters<typeof FirstSteps>[0]["steps"] | null }) {
  const { view, assets, conditions, alarms, tickets } = props;
  const problems = problemsOf(alarms, tickets);
  const waiting = problems.filter((problem) => problem.waiting > 0).length;
  const gone = view.counts.unacknowledgedAlarms - alarms.filter((a) => a.acknowledgedAt === null).length;
  const unclaimed = tickets.filter((t) => t.state === "new").length;
  const mine = tickets.filter((t) => t.assigneeId === view.viewer.id);
  const shown = [...(mine.length ? mine : tickets)].sort(
    (a, b) => a.priority - b.priority || b.updatedAt - a.updatedAt,
  );
  const recent = [...tickets].sort((a, b) => b.updatedAt - a.updatedAt).slice(0, RECENT);
  return (
    <Page view={view} title="Home" live={assets.slice(0, LIVE_ASSETS).map((a) => a.id)}>
      <div class="top">
        <div class="lead">
          <h1>{longDay(view.now, view.zone)}</h1>
          <p data-region="home-sentence">
            {props.steps ? "No machine sends yet." : sentence(waiting, gone, unclaimed)}
          </p>
        </div>
        <div class="acts">
          <a class="btn" href={paths.newTicket()}>
            New ticket
          </a>
        </div>
      </div>
      {conditions.live ? null : <TelemetryDown />}
      <div class="grid g-main">
        <div class="col">
          {props.steps ? <FirstSteps steps={props.steps} /> : null}
          <Panel id="needs" title="Needs you now" aside={<a href={paths.alarms()}>All alarms</a>}>
            {problems.length ? (
              <ul data-list="">
                {problems.slice(0, NEEDS).map((problem) => (
                  <ProblemRow problem={problem} view={view} act />
                ))}
              </ul>
            ) : (
              <Empty>
                <p>Nothing needs you. {calm(conditions)}</p>
              </Empty>
            )}
            {problems.length > NEEDS ? (
              <p class="more">
                <a href={paths.alarms()}>{count(problems.length - NEEDS, "more problem")}</a>
              </p>
            ) : null}
          </Panel>
          <Panel
            id="tickets"
            title={mine.length ? "My tickets" : "Open tickets"}
            aside={<a href={paths.tickets()}>All {view.counts.openTickets}</a>}
          >
            {shown.length ? (
              <TicketTable
                tickets={shown.slice(0, TICKETS)}
                view={view}
                caption="Open tickets, most urgent first"
              />
            ) : (
              <Empty>
                <p>No ticket is open.</p>
              </Empty>
            )}
          </Panel>
        </div>
        <div class="col">
          <Panel id="states" title="Fleet by state" aside={count(assets.length, "machine")} region>
            <div class="in">
              <StateBar counts={ASSET_STATES.map((state) => [state, countState(conditions, state)])} />
              <ul class="fl">
                {ASSET_STATES.map((state) => (
                  <li>
                    <a href={paths.fleet({ state })}>
                      <AssetSign state={state} />
                    </a>
                    <span>{countState(conditions, state)}</span>
                  </li>
                ))}
              </ul>
            </div>
          </Panel>
          <Panel id="recent" title="Changed last">
            {recent.length ? (
              <TicketList tickets={recent} view={view} />
            ) : (
              <Empty>
                <p>Nothing has changed.</p>
              </Empty>
            )}
          </Panel>
        </div>
      </div>
    </Page>
  );
}

function sentence(waiting: number, gone: number, unclaimed: number): string {
  const now = waiting
    ? `${count(waiting, "problem waits", "problems wait")} for an acknowledgement.`
    : "No problem waits.";
  const earlier = gone ? ` ${count(gone, "alarm", "alarms")} came and went, not acknowledged.` : "";
  const tickets = unclaimed ? ` ${count(unclaimed, "new ticket has", "new tickets have")} no owner yet.` : "";
  return now + earlier + tickets;
}

/** "15 machines are normal, 2 are stopped." */
function calm(conditions: HomeProps["conditions"]): string {
  const normal = countState(conditions, "normal");
  const stopped = countState(conditions, "stopped");
  const words = [
    normal ? `${count(normal, "machine is", "machines are")} normal` : "",
    stopped ? `${normal ? stopped : count(stopped, "machine")} ${stopped === 1 ? "is" : "are"} stopped` : "",
  ].filter(Boolean);
  return words.length ? `${words.join(", ")}.` : "";
}

function countState(conditions: HomeProps["conditions"], state: AssetState): number {
  let n = 0;
  for (const condition of conditions.byAsset.values()) if (condition.state === state) n++;
  return n;
}

const FILL: Record<AssetState, string> = {
  failure: "var(--f)",
  check: "var(--c)",
  "out-of-spec": "var(--s)",
  maintenance: "var(--m)",
  unknown: "var(--line-strong)",
  stopped: "var(--mode-run)",
  normal: "var(--mode-idle)",
};

/** A bar of all machines, each state at least 1 % wide so that one failure among a thousand is seen. */
function StateBar({ counts }: { counts: [AssetState, number][] }) {
  const present = counts.filter(([, n]) => n > 0).reverse();
  const total = present.reduce((sum, [, n]) => sum + n, 0);
  if (!total) return null;
  const widths = present.map(([, n]) => Math.max(1, (n / total) * 100));
  const scale = 100 / widths.reduce((a, b) => a + b, 0);
  const label = [...present]
    .reverse()
    .map(([state, n]) => `${ASSET_SIGNS[state].word} ${n}`)
    .join(", ");
  return (
    <svg class="bartot" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label={label}>
      {present.map(([state], i) => {
        const x = widths.slice(0, i).reduce((a, b) => a + b, 0) * scale;
        return (
          <rect x={x} y="0" width={Math.max(0.4, widths[i]! * scale - 0.4)} height="10" fill={FILL[state]} />
        );
      })}
    </svg>
  );
}

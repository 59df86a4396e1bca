import { mayWrite } from "../access/viewer.ts";
import { paths } from "../paths.ts";
import type { AssetRow, TicketRow } from "../read/rows.ts";
import { Page, type View } from "../views/layout.tsx";
import { count, readable } from "../views/number.ts";
import { Empty, Panel, TelemetryDown } from "../views/parts.tsx";
import { ASSET_SIGNS, AssetSign, type AssetState, byState, Glyph } from "../views/status.tsx";
import { TicketList } from "../views/ticket.tsx";
import { clock } from "../views/time.ts";
import { Why } from "../views/why.tsx";
import { Changes } from "./home-changes.tsx";
import type { HomeProps } from "./home-engineer.tsx";
import { countStates } from "./home-fleet.tsx";
import { isFine } from "./map-list.tsx";
import { ProblemRow } from "./problem-row.tsx";
import { problemsOf } from "./problems.ts";
import { whyFleet } from "./state-why.tsx";
import { LIVE_ASSETS } from "./view-of.ts";

/** "Are my machines all right, and what should I do?" */
export function CustomerHome(props: HomeProps) {
  const { view, rows, live, alarms, tickets } = props;
  const assets = rows.map((row) => row.entry.asset);
  const states = new Map(rows.map((row) => [row.entry.asset.id, row.condition.state]));
  const stateOf = (asset: AssetRow): AssetState => states.get(asset.id) ?? "unknown";
  const abnormal = assets.filter((a) => !isFine(stateOf(a))).sort((a, b) => byState(stateOf(a), stateOf(b)));
  const problems = problemsOf(alarms, tickets);
  const present = countStates(rows);
  const answers = tickets.filter((ticket) => ticket.state === "waiting-customer");
  return (
    <Page view={view} title="Home" live={assets.slice(0, LIVE_ASSETS).map((a) => a.id)}>
      <div class="top">
        <div class="lead" data-region="home-sentence">
          <h1>{title(assets.length, abnormal.length)}</h1>
          <p>{detail(abnormal, stateOf)}</p>
        </div>
        {mayWrite(view.viewer) ? (
          <div class="acts">
            <a class="btn" href={paths.newTicket()}>
              Report a problem
            </a>
          </div>
        ) : null}
      </div>
      {live ? null : <TelemetryDown />}
      <div class="grid g-main">
        <div class="col">
          <Panel
            id="board"
            title="Your machines"
            aside={
              <Why reasons={whyFleet(assets.length, live, present)} reading={view} left>
                as of {clock(view.now, view.zone)}
              </Why>
            }
            class="board"
            region
          >
            {assets.length ? (
              <>
                <ul>
                  {bySite(assets).map(([site, machines]) => (
                    <li class="site">
                      <b class="l1">{site}</b>
                      <div class="cells">
                        {machines.map((machine) => (
                          <a
                            href={paths.asset(machine.id)}
                            class={isFine(stateOf(machine)) ? "" : "ab"}
                            title={`${machine.name}: ${ASSET_SIGNS[stateOf(machine)].word}`}
                          >
                            <Glyph
                              state={stateOf(machine)}
                              label={`${machine.name}: ${ASSET_SIGNS[stateOf(machine)].word}`}
                            />
                          </a>
                        ))}
                      </div>
                      <span class="sm mut ell">{siteNote(machines, stateOf)}</span>
                    </li>
                  ))}
                </ul>
                <div class="lgd">
                  {present.map(([state, n]) => (n ? <AssetSign state={state} note={String(n)} /> : null))}
                </div>
              </>
            ) : (
              <Empty>
                <p>
                  No machine is registered to your account yet. Your maker adds them when they are delivered.
                </p>
              </Empty>
            )}
          </Panel>
          <Panel
            id="attention"
            title="Needs attention"
            aside={alarms.length ? <a href={paths.alarms()}>All alarms</a> : undefined}
          >
            {problems.length ? (
              <ul>
                {problems.slice(0, 6).map((problem) => (
                  <ProblemRow problem={problem} view={view} act={false} />
                ))}
              </ul>
            ) : (
              <Empty>
                <p>No alarm is active on any of your machines.</p>
              </Empty>
            )}
          </Panel>
          <Changes view={view} changes={props.changes} since={props.since} looked={props.looked} />
        </div>
        <div class="col">
          <NextStep answers={answers} open={tickets.length} abnormal={abnormal.length} view={view} />
          <Panel id="tickets" title="Your tickets" aside={<a href={paths.tickets()}>All</a>}>
            {tickets.length ? (
              <TicketList tickets={tickets.slice(0, 8)} view={view} />
            ) : (
              <Empty>
                <p>No ticket is open.</p>
              </Empty>
            )}
          </Panel>
        </div>
      </div>
    </Page>
  );
}

/** What the reader can do, or that there is nothing to do. */
function NextStep(props: { answers: readonly TicketRow[]; open: number; abnormal: number; view: View }) {
  const { answers, open, abnormal } = props;
  if (!abnormal && !open) return null;
  return (
    <Panel id="next" title="Your next step" region>
      {answers.length ? (
        <ul>
          {answers.slice(0, 4).map((ticket) => (
            <li class="row hrow">
              <div class="l1">{readable(ticket.title)}</div>
              <a class="btn" href={paths.ticket(ticket.id)}>
                Answer<span class="vh"> T-{ticket.number}</span>
              </a>
            </li>
          ))}
        </ul>
      ) : (
        <Empty>
          <p>
            {open
              ? `Nothing to do now: ${count(open, "ticket is", "tickets are")} with your maker.`
              : "No ticket is open for it yet. Report a problem if you want it looked at."}
          </p>
        </Empty>
      )}
    </Panel>
  );
}

function title(machines: number, abnormal: number): string {
  if (machines === 0) return "No machines yet";
  if (abnormal === 0) return machines === 1 ? "Your machine is fine" : `All ${machines} machines are fine`;
  if (machines === 1) return "Your machine needs attention";
  const fine = machines - abnormal;
  return `${fine} of ${machines} machines ${fine === 1 ? "is" : "are"} fine`;
}

const SAYS: Record<AssetState, string> = {
  failure: "has a failure",
  check: "has a sensor to check",
  "out-of-spec": "runs outside its limits",
  maintenance: "asks for maintenance",
  unknown: "sends no data, so its state is unknown",
  stopped: "is stopped",
  normal: "is normal",
};

function detail(abnormal: AssetRow[], stateOf: (a: AssetRow) => AssetState): string {
  if (!abnormal.length) return "Nothing needs your attention.";
  const told = abnormal.slice(0, 2).map((asset) => `${asset.name} ${SAYS[stateOf(asset)]}.`);
  const rest = abnormal.length - told.length;
  return (
    told.join(" ") +
    (rest > 0 ? ` ${count(rest, "more machine needs", "more machines need")} attention.` : "")
  );
}

function siteNote(machines: AssetRow[], stateOf: (a: AssetRow) => AssetState): string {
  const abnormal = machines.filter((m) => !isFine(stateOf(m)));
  if (abnormal.length === 0) return `${machines.length} fine`;
  return abnormal.length === 1
    ? abnormal[0]!.name
    : `${abnormal.length} of ${machines.length} need attention`;
}

function bySite(assets: AssetRow[]): [string, AssetRow[]][] {
  const groups = new Map<string, AssetRow[]>();
  for (const asset of assets) groups.set(asset.siteName, [...(groups.get(asset.siteName) ?? []), asset]);
  return [...groups].sort(([a], [b]) => a.localeCompare(b));
}

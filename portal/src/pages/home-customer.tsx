import { mayWrite } from "../access/viewer.ts";
import { paths } from "../paths.ts";
import type { AssetRow } from "../read/rows.ts";
import { Page } from "../views/layout.tsx";
import { count } from "../views/number.ts";
import { Empty, Panel, TelemetryDown } from "../views/parts.tsx";
import { ASSET_SIGNS, ASSET_STATES, AssetSign, type AssetState, byState, Glyph } from "../views/status.tsx";
import { TicketList } from "../views/ticket.tsx";
import { clock } from "../views/time.ts";
import type { HomeProps } from "./home-engineer.tsx";
import { ProblemRow } from "./problem-row.tsx";
import { problemsOf } from "./problems.ts";
import { LIVE_ASSETS } from "./view-of.ts";

/** Fine is what asks for nothing: running normally, or stopped on purpose. */
const isFine = (state: AssetState) => state === "normal" || state === "stopped";

/** "Are my machines all right, and what should I do?" */
export function CustomerHome({ view, assets, conditions, alarms, tickets }: HomeProps) {
  const stateOf = (asset: AssetRow): AssetState => conditions.byAsset.get(asset.id)?.state ?? "unknown";
  const abnormal = assets.filter((a) => !isFine(stateOf(a))).sort((a, b) => byState(stateOf(a), stateOf(b)));
  const problems = problemsOf(alarms, tickets);
  const present = ASSET_STATES.map(
    (state) => [state, assets.filter((a) => stateOf(a) === state).length] as const,
  );
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
      {conditions.live ? null : <TelemetryDown />}
      <div class="grid g-main">
        <div class="col">
          <Panel
            id="board"
            title="Your machines"
            aside={`as of ${clock(view.now, view.zone)}`}
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
        </div>
        <div class="col">
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

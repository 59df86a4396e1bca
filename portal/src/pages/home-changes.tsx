import { isStaff } from "../access/viewer.ts";
import { paths } from "../paths.ts";
import type { Change } from "../read/changes.ts";
import type { View } from "../views/layout.tsx";
import { count, readable } from "../views/number.ts";
import { Empty, Panel, Time } from "../views/parts.tsx";
import { type AssetState, Glyph, stateOfAlarm } from "../views/status.tsx";
import { when } from "../views/time.ts";

const ROWS = 8;
/** So many of one kind are told as one. */
const TOGETHER_FROM = 5;

type MachineChange = Extract<Change, { assetId: string }>;
export type Told = { at: number; changes: [Change, ...Change[]] };

/** Newest first; many machines that came, went silent or came back together are one line. */
export function toldTogether(changes: readonly Change[]): Told[] {
  const kinds = new Map<string, [Change, ...Change[]]>();
  const told: Told[] = [];
  for (const change of changes) {
    if (!isMachineNews(change)) {
      told.push({ at: change.at, changes: [change] });
      continue;
    }
    const group = kinds.get(change.what);
    if (group) group.push(change);
    else kinds.set(change.what, [change]);
  }
  for (const group of kinds.values()) {
    if (group.length >= TOGETHER_FROM) told.push({ at: group[0].at, changes: group });
    else for (const change of group) told.push({ at: change.at, changes: [change] });
  }
  return told.sort((a, b) => b.at - a.at);
}

const isMachineNews = (change: Change): change is MachineChange =>
  change.what === "silent" || change.what === "back" || change.what === "new-machine";

/** What changed since the reader said that they have seen it. */
export function Changes(props: { view: View; changes: readonly Change[]; since: number; looked: boolean }) {
  const { view } = props;
  const told = toldTogether(props.changes);
  const since = when(props.since, view.now, view.zone);
  return (
    <Panel
      id="changes"
      title={props.looked ? "Changed since you last looked" : "Changed since yesterday"}
      region
      aside={
        <div class="seen-act">
          <span>since {since}</span>
          {told.length ? (
            <form method="post" action={paths.looked()} data-instant="">
              <input type="hidden" name="until" value={String(view.now)} />
              <button class="btn s" type="submit" data-busy="Saving…">
                Seen<span class="vh">: begin anew from now</span>
              </button>
            </form>
          ) : null}
        </div>
      }
    >
      {told.length ? (
        <ul class="changes">
          {told.slice(0, ROWS).map((each) => (
            <ChangeRow told={each} view={view} />
          ))}
        </ul>
      ) : (
        <Empty>
          <p>Nothing has changed since {since}.</p>
        </Empty>
      )}
      {told.length > ROWS ? (
        <details class="changes-more">
          <summary>{count(told.length - ROWS, "earlier change")}</summary>
          <ul class="changes">
            {told.slice(ROWS).map((each) => (
              <ChangeRow told={each} view={view} />
            ))}
          </ul>
        </details>
      ) : null}
    </Panel>
  );
}

function ChangeRow({ told, view }: { told: Told; view: View }) {
  const [first] = told.changes;
  const sign = signOf(first);
  const customers = new Set(told.changes.map((change) => change.customerName));
  return (
    <li class="row">
      <span class="l2">
        <Time at={told.at} reading={view} />
      </span>
      {sign ? <Glyph state={sign} /> : <span />}
      <span class="changes-words">
        {told.changes.length > 1 ? <Many changes={told.changes} /> : <One change={first} view={view} />}
        {isStaff(view.viewer) ? (
          <span class="mut">
            {" "}
            · {customers.size === 1 ? first.customerName : count(customers.size, "customer")}
          </span>
        ) : null}
      </span>
    </li>
  );
}

function signOf(change: Change): AssetState | null {
  if (change.what === "alarm") return stateOfAlarm(change.alarm);
  if (change.what === "silent") return "unknown";
  return change.what === "back" ? "normal" : null;
}

const MANY = {
  silent: ["machines sent no more data", { state: "unknown" }],
  back: ["machines sent data again", {}],
  "new-machine": ["machines are new", {}],
} as const;

function Many({ changes }: { changes: readonly Change[] }) {
  const what = changes[0]!.what as keyof typeof MANY;
  const [words, query] = MANY[what];
  return (
    <a href={paths.fleet(query)}>
      {changes.length} {words}
    </a>
  );
}

function One({ change, view }: { change: Change; view: View }) {
  switch (change.what) {
    case "ticket-opened":
    case "ticket-ended":
      return (
        <>
          <a href={paths.ticket(change.id)}>{readable(change.title)}</a>
          <span class="mut">
            {" "}
            · T-{change.number} {change.what === "ticket-opened" ? "opened" : "ended"}
          </span>
        </>
      );
    case "alarm":
      return (
        <>
          <a href={paths.asset(change.assetId)}>{change.assetName}</a>: {readable(change.summary)}
        </>
      );
    case "gone":
      return <>{change.assetName} belongs to another owner now</>;
    default:
      return (
        <>
          <a href={paths.asset(change.assetId)}>{change.assetName}</a>{" "}
          {change.what === "new-machine"
            ? isStaff(view.viewer)
              ? "is new"
              : "is yours now"
            : change.what === "owner"
              ? "has a new owner"
              : change.what === "silent"
                ? "sent no more data"
                : "sends data again"}
        </>
      );
  }
}

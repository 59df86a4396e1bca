import type { ModelCatalog, Priority } from "@millwright/shared/domain/model";
import { isStaff } from "../access/viewer.ts";
import { paths } from "../paths.ts";
import type { Noisy } from "../read/alarm-load.ts";
import type { AlarmRow, CustomerRow, Page as RowPage } from "../read/rows.ts";
import { CsvLink } from "../views/csv-link.tsx";
import { type Chip, FilterBar } from "../views/filter-bar.tsx";
import { Page, type View } from "../views/layout.tsx";
import { count, readable } from "../views/number.ts";
import { Ago, Empty, Panel } from "../views/parts.tsx";
import { PRIORITY_WORDS } from "../views/status.tsx";
import { AlarmListRow } from "./alarm-row.tsx";

const TABS = [
  ["active", "Active"],
  ["unacknowledged", "Not acknowledged"],
  ["shelved", "Shelved"],
  ["all", "All"],
] as const;
export type Tab = (typeof TABS)[number][0];
export const tabOf = (asked: string | undefined, staff: boolean): Tab =>
  TABS.find(([key]) => key === asked && (staff || key !== "shelved"))?.[0] ?? "active";

/** What one person can take in: about one alarm in ten minutes (ISA-18.2, EEMUA 191). */
const PLANNED_PER_HOUR = 6;

const NOTHING: Record<Tab, string> = {
  active: "No alarm is active. One is raised when readings pass a limit, stand still or stop coming.",
  unacknowledged: "Every alarm has been acknowledged.",
  shelved: "Nothing is shelved: every alarm calls.",
  all: "No alarm has been raised yet.",
};

export type AlarmFilter = { q: string; priority: Priority | null; customer: string };

export type AlarmsProps = {
  view: View;
  tab: Tab;
  filter: AlarmFilter;
  page: RowPage<AlarmRow>;
  /** The row that is open, with what its model knows. */
  open: { id: string; model: ModelCatalog | undefined } | null;
  customers: readonly CustomerRow[];
  live: string[];
  /** Alarms in the last hour; null: not the reader's work. */
  lastHour: number | null;
  noisy: readonly Noisy[];
};

export function AlarmsPage(props: AlarmsProps) {
  const { view, tab, filter, page, open } = props;
  const { activeAlarms, unacknowledgedAlarms, shelvedAlarms } = view.counts;
  const staff = isStaff(view.viewer);
  const number: Record<Tab, number | null> = {
    active: activeAlarms,
    unacknowledged: unacknowledgedAlarms,
    shelved: shelvedAlarms,
    all: null,
  };
  const query = { ...filterQuery(filter), state: tab === "active" ? undefined : tab };
  const narrowed = filter.q !== "" || filter.priority !== null || filter.customer !== "";
  const links = {
    open: (id: string | null) =>
      `${paths.alarms({ ...query, open: id })}${id === null ? "" : `#alarm-${id}`}`,
  };
  // Once shown, rows keep their place; the newest is the first only where the list is a history.
  const rows =
    tab === "all" ? page.items : [...page.items].sort((a, b) => a.priority - b.priority || b.onset - a.onset);
  return (
    <Page view={view} title="Alarms" live={props.live} chart={open !== null}>
      <div class="top">
        <div class="lead">
          <h1>Alarms</h1>
          <p data-region="alarms-lead">
            {activeAlarms === 0
              ? "Nothing is active."
              : `${activeAlarms} active, ${unacknowledgedAlarms} not acknowledged`}
            {shelvedAlarms ? `, ${shelvedAlarms} shelved` : ""}
          </p>
        </div>
        {props.lastHour === null ? null : <Load lastHour={props.lastHour} />}
        <div class="acts">
          <CsvLink view={view} />
        </div>
      </div>
      <nav class="tabs" aria-label="Which alarms" data-region="alarm-tabs">
        {TABS.filter(([key]) => staff || key !== "shelved").map(([key, label]) => (
          <a
            href={paths.alarms({ ...filterQuery(filter), state: key === "active" ? undefined : key })}
            aria-current={key === tab ? "page" : undefined}
          >
            {label} {number[key] === null ? null : <b>{number[key]}</b>}
          </a>
        ))}
      </nav>
      <FilterBar
        action={paths.alarms()}
        text={{
          name: "q",
          value: filter.q,
          label: staff ? "Alarm, machine or customer" : "Alarm or machine",
        }}
        chips={chips(props, query)}
        keep={{ state: query.state ?? "" }}
        clearAll={narrowed ? paths.alarms({ state: query.state }) : null}
      />
      <div data-part="list">
        <section class="pan" aria-label="Alarms" data-list="">
          {rows.length ? (
            <ul>
              {rows.map((alarm) => (
                <AlarmListRow
                  alarm={alarm}
                  view={view}
                  links={links}
                  opened={open?.id === alarm.id ? open : null}
                />
              ))}
            </ul>
          ) : (
            <Empty>
              <p>{narrowed ? "No alarm is like that." : NOTHING[tab]}</p>
              {narrowed ? (
                <a class="btn" href={paths.alarms({ state: query.state })}>
                  Clear all filters
                </a>
              ) : null}
            </Empty>
          )}
          {page.nextCursor ? (
            <p class="more">
              <a href={paths.alarms({ ...query, after: page.nextCursor })}>Earlier alarms</a>
            </p>
          ) : null}
        </section>
      </div>
      {staff ? <SelectionBar next={view.path} /> : null}
      {props.noisy.length ? <Noisiest noisy={props.noisy} view={view} /> : null}
    </Page>
  );
}

const filterQuery = (filter: AlarmFilter) => ({
  q: filter.q,
  priority: filter.priority,
  customer: filter.customer,
});

function chips(
  { filter, customers, view }: AlarmsProps,
  query: Record<string, string | number | null | undefined>,
) {
  const list: Chip[] = [
    {
      name: "priority",
      label: "Priority",
      kind: "radio",
      options: ([1, 2, 3, 4] as const).map((priority) => ({
        value: String(priority),
        label: `${priority}, ${PRIORITY_WORDS[priority].toLowerCase()}`,
      })),
      chosen: filter.priority === null ? [] : [String(filter.priority)],
      clear: paths.alarms({ ...query, priority: null }),
    },
  ];
  if (isStaff(view.viewer) && (customers.length > 1 || filter.customer)) {
    list.push({
      name: "customer",
      label: "Customer",
      kind: "select",
      options: customers.map(({ id, name }) => ({ value: id, label: name })),
      chosen: filter.customer ? [filter.customer] : [],
      clear: paths.alarms({ ...query, customer: null }),
    });
  }
  return list;
}

function Load({ lastHour }: { lastHour: number }) {
  const over = lastHour > PLANNED_PER_HOUR;
  return (
    <p class="load" data-region="alarm-load">
      Load: {over ? <b>{lastHour}</b> : lastHour} in the last hour, plan ≤ {PLANNED_PER_HOUR}
      {over ? <span class="mut"> · more than one person can take in</span> : null}
    </p>
  );
}

/** Appears with the first tick; without script too. */
function SelectionBar({ next }: { next: string }) {
  return (
    <form
      class="selbar"
      id="many"
      method="post"
      action={paths.acknowledgeMany()}
      aria-label="Selected alarms"
    >
      <input type="hidden" name="next" value={next} />
      <span data-selected="" role="status">
        Selected alarms
      </span>
      <button class="btn p" type="submit" data-busy="Saving…">
        Acknowledge selected
      </button>
      <button class="btn" type="reset">
        Clear
      </button>
    </form>
  );
}

function Noisiest({ noisy, view }: { noisy: readonly Noisy[]; view: View }) {
  return (
    <div class="noisy">
      <Panel id="noisy" title="Noisiest this week" aside="Alarms that came more than once in seven days">
        <ul>
          {noisy.map((row) => (
            <li class="row hrow">
              <div>
                <div class="l1">{readable(row.summary)}</div>
                <div class="l2">
                  <a href={paths.asset(row.assetId, { tab: "alarms" })}>{row.assetName}</a>
                </div>
              </div>
              <div class="l2 nw">
                {count(row.times, "time")}, last <Ago at={row.lastAt} reading={view} />
              </div>
            </li>
          ))}
        </ul>
      </Panel>
    </div>
  );
}

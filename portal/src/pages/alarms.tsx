import { Hono } from "hono";
import { isStaff } from "../access/viewer.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { paths, safeNext } from "../paths.ts";
import { listAlarms } from "../read/alarms.ts";
import { listAssets } from "../read/assets.ts";
import type { AlarmRow, Page as RowPage } from "../read/rows.ts";
import { acknowledgeAlarm, acknowledgeAlarmsOf } from "../service-desk/alarms.ts";
import { AlarmListRow } from "../views/alarm.tsx";
import { Page, type View } from "../views/layout.tsx";
import { Empty } from "../views/parts.tsx";
import { formValues } from "./form.ts";
import { LIVE_ASSETS, viewOf } from "./view-of.ts";

const TABS = [
  ["active", "Active"],
  ["unacknowledged", "Not acknowledged"],
  ["all", "All"],
] as const;
type Tab = (typeof TABS)[number][0];

const NOTHING: Record<Tab, string> = {
  active: "No alarm is active. One is raised when readings pass a limit, stand still or stop coming.",
  unacknowledged: "Every alarm has been acknowledged.",
  all: "No alarm has been raised yet.",
};

/** "What is true now, and is it worth my attention?" */
export function alarmPages(deps: PortalDeps): Hono<PortalEnv> {
  return new Hono<PortalEnv>()
    .get("/alarms", (c) => {
      const view = viewOf(c, deps);
      const asked = c.req.query("state");
      const tab = TABS.find(([key]) => key === asked)?.[0] ?? "active";
      const page = listAlarms(deps.db, view.viewer, { state: tab, cursor: c.req.query("after"), limit: 100 });
      // Machines without an alarm matter too: theirs is the next one.
      const watch = listAssets(deps.db, view.viewer, { limit: LIVE_ASSETS }).items.map((asset) => asset.id);
      return c.html(<AlarmsPage view={view} tab={tab} page={page} live={watch} />);
    })
    .post("/alarms/:id/acknowledge", async (c) => {
      const values = await formValues(c.req);
      acknowledgeAlarm(deps.db, c.get("viewer"), c.req.param("id"), deps.clock());
      return c.redirect(safeNext(values.next), 303);
    })
    .post("/tickets/:id/acknowledge", async (c) => {
      const values = await formValues(c.req);
      acknowledgeAlarmsOf(deps.db, c.get("viewer"), c.req.param("id"), deps.clock());
      return c.redirect(safeNext(values.next), 303);
    });
}

function AlarmsPage({
  view,
  tab,
  page,
  live,
}: {
  view: View;
  tab: Tab;
  page: RowPage<AlarmRow>;
  live: string[];
}) {
  const { activeAlarms, unacknowledgedAlarms } = view.counts;
  const number: Record<Tab, number | null> = {
    active: activeAlarms,
    unacknowledged: unacknowledgedAlarms,
    all: null,
  };
  const rows =
    tab === "all" ? page.items : [...page.items].sort((a, b) => a.priority - b.priority || b.onset - a.onset);
  return (
    <Page view={view} title="Alarms" live={live}>
      <div class="top">
        <div class="lead">
          <h1>Alarms</h1>
          <p>
            {activeAlarms === 0
              ? "Nothing is active."
              : `${activeAlarms} active, ${unacknowledgedAlarms} not acknowledged`}
          </p>
        </div>
      </div>
      <nav class="tabs" aria-label="Which alarms">
        {TABS.map(([key, label]) => (
          <a
            href={paths.alarms({ state: key === "active" ? undefined : key })}
            aria-current={key === tab ? "page" : undefined}
          >
            {label}
            {number[key] === null ? null : <b>{number[key]}</b>}
          </a>
        ))}
      </nav>
      <section class="pan" aria-label="Alarms" data-list="">
        {rows.length ? (
          <ul>
            {rows.map((alarm) => (
              <AlarmListRow alarm={alarm} view={view} act={isStaff(view.viewer)} />
            ))}
          </ul>
        ) : (
          <Empty>
            <p>{NOTHING[tab]}</p>
          </Empty>
        )}
        {page.nextCursor ? (
          <p class="more">
            <a href={paths.alarms({ state: tab, after: page.nextCursor })}>Earlier alarms</a>
          </p>
        ) : null}
      </section>
    </Page>
  );
}

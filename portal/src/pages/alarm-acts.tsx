import { Hono } from "hono";
import { demand } from "../access/scope.ts";
import { isStaff } from "../access/viewer.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { paths } from "../paths.ts";
import { findAlarm } from "../read/alarms.ts";
import { findAsset } from "../read/assets.ts";
import { acknowledgeAlarms, acknowledgeAlarmsOf, takeBack } from "../service-desk/alarms.ts";
import { shelvedUntil } from "../service-desk/shelf-time.ts";
import { shelveAlarm, unshelveAlarm } from "../service-desk/shelve.ts";
import { count } from "../views/number.ts";
import { when } from "../views/time.ts";
import type { Notice } from "../views/toast.tsx";
import { attempt, EMPTY_FORM, formValues } from "./form.ts";
import { redirectTelling } from "./notice.ts";
import { ShelvePage } from "./shelve-form.tsx";
import { viewOf } from "./view-of.ts";

/** What a person does about alarms: acknowledge one, all of a ticket or a selection, take it back, shelve, unshelve. */
export function alarmActs(deps: PortalDeps): Hono<PortalEnv> {
  const { db, clock } = deps;
  return new Hono<PortalEnv>()
    .post("/alarms/acknowledge", async (c) => {
      const data = await c.req.formData();
      const ids = data.getAll("id").filter((id) => typeof id === "string");
      const at = clock();
      const seen = acknowledgeAlarms(db, c.get("viewer"), ids, at);
      return redirectTelling(c, String(data.get("next") ?? paths.alarms()), acknowledged(seen.length, at));
    })
    .post("/alarms/unacknowledge", async (c) => {
      const { at, next } = await formValues(c.req);
      const n = takeBack(db, c.get("viewer"), Number(at), clock());
      const text = n
        ? `${count(n, "alarm waits", "alarms wait")} for an acknowledgement again.`
        : "Nothing was left to take back.";
      return redirectTelling(c, next, { text });
    })
    .post("/alarms/:id/acknowledge", async (c) => {
      const values = await formValues(c.req);
      const at = clock();
      const seen = acknowledgeAlarms(db, c.get("viewer"), [c.req.param("id")], at);
      return redirectTelling(c, values.next, acknowledged(seen.length, at));
    })
    .post("/tickets/:id/acknowledge", async (c) => {
      const values = await formValues(c.req);
      const at = clock();
      const seen = acknowledgeAlarmsOf(db, c.get("viewer"), c.req.param("id"), at);
      return redirectTelling(c, values.next, acknowledged(seen.length, at));
    })
    .get("/alarms/:id/shelve", (c) => {
      const view = viewOf(c, deps);
      const alarm = findAlarm(db, view.viewer, c.req.param("id"));
      demand(isStaff(view.viewer), "shelve alarms");
      const { timeZone } = findAsset(db, view.viewer, alarm.assetId);
      const next = c.req.query("next") ?? paths.alarms();
      return c.html(
        <ShelvePage view={view} alarm={alarm} siteZone={timeZone} next={next} state={EMPTY_FORM} />,
      );
    })
    .post("/alarms/:id/shelve", async (c) => {
      const view = viewOf(c, deps);
      const { viewer, now, zone } = view;
      const values = { until: "", at: "", reason: "", ...(await formValues(c.req)) } as Record<
        string,
        string
      >;
      const alarm = findAlarm(db, viewer, c.req.param("id"));
      demand(isStaff(viewer), "shelve alarms");
      const { timeZone } = findAsset(db, viewer, alarm.assetId);
      const done = await attempt(values, () => {
        const until = shelvedUntil(values, { nowMs: now, siteZone: timeZone, readerZone: zone });
        return shelveAlarm(db, viewer, alarm.id, { until, reason: values.reason }, now);
      });
      if (!done.ok) {
        const next = values.next ?? paths.alarms();
        return c.html(
          <ShelvePage view={view} alarm={alarm} siteZone={timeZone} next={next} state={done.state} />,
          422,
        );
      }
      const until = done.result.shelf?.until ?? null;
      return redirectTelling(c, values.next, {
        text: `Shelved until ${until === null ? "it clears" : when(until, now, zone)}.`,
        undo: { action: paths.unshelve(alarm.id) },
      });
    })
    .post("/alarms/:id/unshelve", async (c) => {
      const values = await formValues(c.req);
      unshelveAlarm(db, c.get("viewer"), c.req.param("id"), clock());
      return redirectTelling(c, values.next, { text: "Not shelved any more: it calls again." });
    });
}

function acknowledged(n: number, at: number): Notice {
  if (n === 0) return { text: "Nothing was waiting: somebody had acknowledged it." };
  return {
    text: n === 1 ? "Alarm acknowledged." : `${n} alarms acknowledged.`,
    undo: { action: paths.unacknowledge(), fields: { at: String(at) } },
  };
}

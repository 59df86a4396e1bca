import { type ModelCatalog, prioritySchema } from "@millwright/shared/domain/model";
import { Failure } from "@millwright/shared/failure";
import { Hono } from "hono";
import { isStaff, type Viewer } from "../access/viewer.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { ALARMS } from "../export/columns.ts";
import { listFile, wantsCsv } from "../export/list-file.ts";
import { alarmsSince, noisiest } from "../read/alarm-load.ts";
import { findAlarm, listAlarms } from "../read/alarms.ts";
import { findAsset, listAssets } from "../read/assets.ts";
import { listCustomers } from "../read/customers.ts";
import { findModel } from "../read/models.ts";
import { endRunOutBeforeReading } from "../service-desk/shelve.ts";
import { AlarmsPage, tabOf } from "./alarm-list.tsx";
import { everyRow, LIVE_ASSETS, type PageContext, viewOf } from "./view-of.ts";

const HOUR_MS = 3_600_000;
const NOISIEST = 10;

/** "What is true now, and is it worth my attention?" What can be done about it is in alarm-acts.ts. */
export function alarmPages(deps: PortalDeps): Hono<PortalEnv> {
  return new Hono<PortalEnv>().get("/alarms", (c) => alarmsPage(deps, c));
}

function alarmsPage(deps: PortalDeps, c: PageContext) {
  const { db } = deps;
  endRunOutBeforeReading(db, deps.clock());
  const view = viewOf(c, deps);
  const { viewer } = view;
  const staff = isStaff(viewer);
  const tab = tabOf(c.req.query("state"), staff);
  const filter = {
    q: (c.req.query("q") ?? "").trim().slice(0, 120),
    priority: prioritySchema.safeParse(Number(c.req.query("priority"))).data ?? null,
    customer: staff ? (c.req.query("customer") ?? "") : "",
  };
  const list = (cursor: string | undefined, limit: number) =>
    listAlarms(db, viewer, {
      state: tab,
      shelved: tab === "active" || tab === "unacknowledged" ? false : undefined,
      q: filter.q || undefined,
      priority: filter.priority ?? undefined,
      customerId: filter.customer || undefined,
      cursor,
      limit,
    });
  if (wantsCsv(c)) {
    return listFile(c, "alarms", ALARMS, (cursor) => {
      const { items, nextCursor } = list(cursor, 200);
      return { items, next: nextCursor ?? undefined };
    });
  }
  const page = list(c.req.query("after"), 100);
  const open = page.items.find((alarm) => alarm.id === c.req.query("open"));
  // Machines without an alarm matter too: theirs is the next one.
  const watch = listAssets(db, viewer, { limit: LIVE_ASSETS }).items.map((asset) => asset.id);
  return c.html(
    <AlarmsPage
      view={view}
      tab={tab}
      filter={filter}
      page={page}
      open={open ? { id: open.id, model: modelOf(deps, viewer, open.id) } : null}
      customers={staff ? everyRow((query) => listCustomers(db, viewer, query)) : []}
      live={watch}
      lastHour={staff ? alarmsSince(db, viewer, view.now - HOUR_MS) : null}
      noisy={staff ? noisiest(db, viewer, view.now - 7 * 24 * HOUR_MS, NOISIEST) : []}
    />,
  );
}

/** undefined: the machine has been sold, and an earlier owner does not see it any more. */
function modelOf({ db }: PortalDeps, viewer: Viewer, alarmId: string): ModelCatalog | undefined {
  try {
    return findModel(db, viewer, findAsset(db, viewer, findAlarm(db, viewer, alarmId).assetId).modelId);
  } catch (error) {
    if (error instanceof Failure && error.code === "not_found") return undefined;
    throw error;
  }
}

import type { DeviceStatus } from "@millwright/shared/telemetry/read-api";
import { Hono } from "hono";
import { demand } from "../access/scope.ts";
import { isStaff } from "../access/viewer.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { revokeDevice } from "../fleet/devices.ts";
import { paths } from "../paths.ts";
import { listCredentials, listStillOld, type StillOld } from "../read/credentials.ts";
import { findDevice, listDevices } from "../read/devices.ts";
import type { DeviceRow, Page as RowPage } from "../read/rows.ts";
import { attributesOf } from "../read/telemetry.ts";
import { EndTime } from "../views/end-time.tsx";
import { Page, type View } from "../views/layout.tsx";
import { count } from "../views/number.ts";
import { Empty, TelemetryDown } from "../views/parts.tsx";
import { DevicePage } from "./device-page.tsx";
import { DeviceTable } from "./device-table.tsx";
import { EMPTY_FORM, type FormState } from "./form.ts";
import { answer, everyRow, type PageContext, viewOf } from "./view-of.ts";

/** Identities of firmware: who sends, how well, and the way to add or revoke one. */
export function devicePages(deps: PortalDeps): Hono<PortalEnv> {
  const { db, telemetry } = deps;
  return new Hono<PortalEnv>()
    .get("/devices", async (c) => {
      const view = viewOf(c, deps);
      demand(isStaff(view.viewer), "read the devices");
      const page = listDevices(db, view.viewer, { cursor: c.req.query("after"), limit: 100 });
      const status = await answer(deps, telemetry.status(page.items.map((device) => device.id)));
      const stillOld = await listStillOld(deps, view.viewer, view.now);
      return c.html(<Devices view={view} page={page} status={status} stillOld={stillOld} />);
    })
    .get("/devices/:id", async (c) => {
      const view = viewOf(c, deps);
      demand(isStaff(view.viewer), "read the devices");
      return showDevice(c, deps, view, c.req.param("id"), EMPTY_FORM);
    })
    .get("/devices/:id/status", async (c) => {
      const view = viewOf(c, deps);
      demand(isStaff(view.viewer), "read the devices");
      const device = findDevice(db, view.viewer, c.req.param("id"));
      const [status, rejected, latest] = await Promise.all([
        answer(deps, telemetry.status([device.id])),
        answer(deps, telemetry.rejected({ devices: [device.id], limit: 1 })),
        answer(deps, telemetry.latest([device.id])),
      ]);
      c.header("cache-control", "no-store");
      return c.json({
        connected: status?.[0]?.connected ?? false,
        messages: status?.[0]?.messages ?? 0,
        clockSkewMs: status?.[0]?.clockSkewMs ?? null,
        lastRejection: rejected?.[0]?.reason ?? null,
        tags: (latest ?? []).map(({ tag, value, listed }) => ({ tag, value, listed })),
      });
    })
    .post("/devices/:id/revoke", (c) => {
      const id = c.req.param("id");
      revokeDevice(db, c.get("viewer"), id, deps.clock());
      return c.redirect(paths.device(id), 303);
    });
}

/** The page of one device; `state` of its form for a new credential. */
export async function showDevice(
  c: PageContext,
  deps: PortalDeps,
  view: View,
  id: string,
  state: FormState,
): Promise<Response> {
  const { db, telemetry } = deps;
  const device = findDevice(db, view.viewer, id);
  const behind =
    device.kind === "gateway"
      ? everyRow((query) => listDevices(db, view.viewer, { ...query, gatewayId: device.id }))
      : [];
  const [status, attributes, credentials] = await Promise.all([
    answer(deps, telemetry.status([device.id, ...behind.map((child) => child.id)])),
    answer(deps, attributesOf(deps, view.viewer, device.id)),
    listCredentials(deps, view.viewer, device.id),
  ]);
  const page = { view, device, behind, status, attributes, credentials, state };
  return c.html(<DevicePage {...page} />, state === EMPTY_FORM ? 200 : 422);
}

function StillOldNote({ view, stillOld }: { view: View; stillOld: readonly StillOld[] }) {
  const [first, ...others] = stillOld;
  if (!first) return null;
  return (
    <p class="strip-note" role="status">
      <b>
        <a href={paths.device(first.deviceId)}>{first.deviceName}</a>
        {others.length ? ` and ${count(others.length, "other")}` : ""} still{" "}
        {others.length ? "sign" : "signs"} in with a credential that ends.
      </b>
      <span class="mut">
        The first ends <EndTime at={first.endsAt} reading={view} />; then it falls silent.
      </span>
    </p>
  );
}

function Devices({
  view,
  page,
  status,
  stillOld,
}: {
  view: View;
  page: RowPage<DeviceRow>;
  status: DeviceStatus[] | null;
  stillOld: readonly StillOld[];
}) {
  return (
    <Page view={view} title="Devices">
      <div class="top">
        <div class="lead">
          <h1>Devices</h1>
          <p>The identities that sign in to the broker</p>
        </div>
        <div class="acts">
          <a class="btn" href={paths.provisioning()}>
            Provisioning
          </a>
          <a class="btn" href={paths.newDevice()}>
            Add a device
          </a>
        </div>
      </div>
      {status ? null : <TelemetryDown />}
      <StillOldNote view={view} stillOld={stillOld} />
      <section class="pan" aria-label="Devices">
        {page.items.length ? (
          <DeviceTable devices={page.items} status={status} view={view} caption="Devices by name" />
        ) : (
          <Empty>
            <p>There is no device yet. A device is what signs in and sends for a machine.</p>
            <a class="btn" href={paths.newDevice()}>
              Add the first device
            </a>
          </Empty>
        )}
        {page.nextCursor ? (
          <p class="more">
            <a href={paths.devices({ after: page.nextCursor })}>More devices</a>
          </p>
        ) : null}
      </section>
    </Page>
  );
}

import type { DeviceStatus } from "@millwright/shared/telemetry/read-api";
import { Hono } from "hono";
import { demand } from "../access/scope.ts";
import { isStaff } from "../access/viewer.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { revokeDevice } from "../fleet/devices.ts";
import { paths } from "../paths.ts";
import { findDevice, listDevices } from "../read/devices.ts";
import type { DeviceRow, Page as RowPage } from "../read/rows.ts";
import { attributesOf } from "../read/telemetry.ts";
import { Page, type View } from "../views/layout.tsx";
import { Empty, TelemetryDown } from "../views/parts.tsx";
import { DevicePage } from "./device-page.tsx";
import { DeviceTable } from "./device-table.tsx";
import { answer, everyRow, viewOf } from "./view-of.ts";

/** Identities of firmware: who sends, how well, and the way to add or revoke one. */
export function devicePages(deps: PortalDeps): Hono<PortalEnv> {
  const { db, telemetry } = deps;
  return new Hono<PortalEnv>()
    .get("/devices", async (c) => {
      const view = viewOf(c, deps);
      demand(isStaff(view.viewer), "read the devices");
      const page = listDevices(db, view.viewer, { cursor: c.req.query("after"), limit: 100 });
      const status = await answer(deps, telemetry.status(page.items.map((device) => device.id)));
      return c.html(<Devices view={view} page={page} status={status} />);
    })
    .get("/devices/:id", async (c) => {
      const view = viewOf(c, deps);
      demand(isStaff(view.viewer), "read the devices");
      const device = findDevice(db, view.viewer, c.req.param("id"));
      const behind =
        device.kind === "gateway"
          ? everyRow((query) => listDevices(db, view.viewer, { ...query, gatewayId: device.id }))
          : [];
      const [status, attributes] = await Promise.all([
        answer(deps, telemetry.status([device.id, ...behind.map((child) => child.id)])),
        answer(deps, attributesOf(deps, view.viewer, device.id)),
      ]);
      return c.html(
        <DevicePage view={view} device={device} behind={behind} status={status} attributes={attributes} />,
      );
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

function Devices({
  view,
  page,
  status,
}: {
  view: View;
  page: RowPage<DeviceRow>;
  status: DeviceStatus[] | null;
}) {
  return (
    <Page view={view} title="Devices">
      <div class="top">
        <div class="lead">
          <h1>Devices</h1>
          <p>The identities that sign in to the broker</p>
        </div>
        <div class="acts">
          <a class="btn" href={paths.newDevice()}>
            Add a device
          </a>
        </div>
      </div>
      {status ? null : <TelemetryDown />}
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

import type { DeviceStatus } from "@millwright/shared/telemetry/read-api";
import { Hono } from "hono";
import { demand } from "../access/scope.ts";
import { isStaff } from "../access/viewer.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { revokeDevice } from "../fleet/devices.ts";
import { paths } from "../paths.ts";
import { findDevice, listDevices } from "../read/devices.ts";
import type { DeviceRow, Page as RowPage } from "../read/rows.ts";
import { Page, type View } from "../views/layout.tsx";
import { formatNumber } from "../views/number.ts";
import { Empty, Facts, Panel, TelemetryDown, Time } from "../views/parts.tsx";
import { Connection, skewWords } from "./device-panel.tsx";
import { answer, viewOf } from "./view-of.ts";

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
      const status = await answer(deps, telemetry.status([device.id]));
      return c.html(<Device view={view} device={device} status={status} />);
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
          <table class="stack sticky">
            <caption class="vh">Devices by name</caption>
            <thead>
              <tr>
                <th scope="col">Device</th>
                <th scope="col">Machine · customer</th>
                <th scope="col">Connection</th>
                <th scope="col" class="num">
                  Messages
                </th>
                <th scope="col" class="num">
                  Rejected
                </th>
                <th scope="col" class="num r2nd">
                  Clock
                </th>
              </tr>
            </thead>
            <tbody>
              {page.items.map((device) => (
                <DeviceLine
                  device={device}
                  status={status?.find((s) => s.device === device.id)}
                  view={view}
                />
              ))}
            </tbody>
          </table>
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

function DeviceLine({
  device,
  status,
  view,
}: {
  device: DeviceRow;
  status: DeviceStatus | undefined;
  view: View;
}) {
  return (
    <tr>
      <th scope="row" class="full">
        <a class="ell b" href={paths.device(device.id)} title={device.name}>
          {device.name}
        </a>
        {device.kind === "gateway" ? <span class="tag">Gateway</span> : null}
      </th>
      <td class="full">
        {device.assetId ? (
          <a href={paths.asset(device.assetId)}>{device.assetName}</a>
        ) : (
          <span class="dim">–</span>
        )}
        {device.customerName ? <span class="mut"> · {device.customerName}</span> : null}
      </td>
      <td class="full">
        {device.revokedAt ? <span class="mut">Revoked</span> : <Connection status={status} view={view} />}
      </td>
      <td class="num" data-l="Messages">
        {status ? formatNumber(status.messages, 0) : "no data"}
      </td>
      <td class="num" data-l="Rejected">
        {status?.rejected ? (
          <a href={paths.rejected({ device: device.id })}>{formatNumber(status.rejected, 0)}</a>
        ) : (
          <span class="dim">{status ? "0" : "no data"}</span>
        )}
      </td>
      <td class="num r2nd hide-s dim">{skewWords(status?.clockSkewMs ?? null)}</td>
    </tr>
  );
}

function Device({ view, device, status }: { view: View; device: DeviceRow; status: DeviceStatus[] | null }) {
  const now = status?.[0];
  return (
    <Page view={view} title={device.name}>
      <div class="top">
        <div class="lead">
          <nav class="crumb" aria-label="Where you are">
            <a href={paths.devices()}>Devices</a>
          </nav>
          <h1>{device.name}</h1>
          <div class="hd">
            {device.revokedAt ? <span>Revoked</span> : <Connection status={now} view={view} />}
            {device.assetId ? <a href={paths.asset(device.assetId)}>{device.assetName}</a> : null}
            {device.customerName ? <span>{device.customerName}</span> : null}
          </div>
        </div>
      </div>
      {status ? null : <TelemetryDown />}
      <div class="grid g-main">
        <Panel id="traffic" title="Traffic">
          <div class="in">
            <Facts
              items={[
                ["Messages", now ? formatNumber(now.messages, 0) : "no data"],
                ["Samples", now ? formatNumber(now.samples, 0) : "no data"],
                ["Repeated samples", now ? formatNumber(now.repeated, 0) : "no data"],
                ["Single spikes", now ? formatNumber(now.spikes, 0) : "no data"],
                [
                  "Rejected messages",
                  now ? (
                    <a href={paths.rejected({ device: device.id })}>{formatNumber(now.rejected, 0)}</a>
                  ) : (
                    "no data"
                  ),
                ],
                ["Connects, last hour", now ? formatNumber(now.connectsLastHour, 0) : "no data"],
                ["Device clock", skewWords(now?.clockSkewMs ?? null)],
              ]}
            />
          </div>
        </Panel>
        <div class="col">
          <Panel id="identity" title="Identity">
            <div class="in">
              <Facts
                items={[
                  ["Device id", <span class="m">{device.id}</span>],
                  ["Kind", device.kind === "gateway" ? "Gateway" : "Device"],
                  device.gatewayName ? ["Behind gateway", device.gatewayName] : null,
                  ["Added", <Time at={device.createdAt} reading={view} />],
                  device.revokedAt ? ["Revoked", <Time at={device.revokedAt} reading={view} />] : null,
                ]}
              />
            </div>
          </Panel>
          {device.revokedAt ? null : (
            <details class="pan">
              <summary class="in">Revoke this device</summary>
              <form class="in form" method="post" action={paths.revokeDevice(device.id)}>
                <p>Its credential stops working and cannot be given back. What it has sent stays.</p>
                <button class="btn" type="submit">
                  Revoke {device.name}
                </button>
              </form>
            </details>
          )}
        </div>
      </div>
    </Page>
  );
}

import type { DeviceStatus } from "@millwright/shared/telemetry/read-api";
import { paths } from "../paths.ts";
import type { DeviceRow } from "../read/rows.ts";
import type { View } from "../views/layout.tsx";
import { formatNumber } from "../views/number.ts";
import { Connection, skewWords } from "./device-panel.tsx";

/** Devices with what they send, and how well. `status` null: ingest did not answer. */
export function DeviceTable(props: {
  devices: readonly DeviceRow[];
  status: readonly DeviceStatus[] | null;
  view: View;
  caption: string;
}) {
  return (
    <table class="stack sticky">
      <caption class="vh">{props.caption}</caption>
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
        {props.devices.map((device) => (
          <DeviceLine
            device={device}
            status={props.status?.find((s) => s.device === device.id)}
            view={props.view}
          />
        ))}
      </tbody>
    </table>
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
        <div class="name">
          <a class="ell b" href={paths.device(device.id)} title={device.name}>
            {device.name}
          </a>
          {device.kind === "gateway" ? <span class="tag">Gateway</span> : null}
        </div>
      </th>
      <td class="full">
        {device.assetId ? <a href={paths.asset(device.assetId)}>{device.assetName}</a> : null}
        {device.customerName ? (
          <span class="mut">
            {device.assetId ? " · " : ""}
            {device.customerName}
          </span>
        ) : null}
        {device.assetId || device.customerName ? null : <span class="dim">–</span>}
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

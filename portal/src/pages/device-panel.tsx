import type { DeviceStatus } from "@millwright/shared/telemetry/read-api";
import { isStaff } from "../access/viewer.ts";
import { paths } from "../paths.ts";
import type { DeviceRow } from "../read/rows.ts";
import type { View } from "../views/layout.tsx";
import { formatNumber } from "../views/number.ts";
import { Ago, Empty, Facts, Panel } from "../views/parts.tsx";
import { duration } from "../views/time.ts";

/** Live · Late · Offline since …, as one reads it. */
export function Connection({ status, view }: { status: DeviceStatus | undefined; view: View }) {
  if (!status) return <span class="dim">no data</span>;
  if (status.lastSeenAt === null)
    return (
      <span class="live off">
        <i />
        {status.connected ? "Connected, no reading yet" : "Never seen"}
      </span>
    );
  if (!status.connected) {
    return (
      <span class="live off">
        <i />
        <span>
          Offline, seen <Ago at={status.lastSeenAt} reading={view} class="stale-age" />
        </span>
      </span>
    );
  }
  return (
    <span class="live">
      <i />
      Live
    </span>
  );
}

/** Difference of the device's clock in words; below 2 s it is as good as right. */
export function skewWords(skewMs: number | null): string {
  if (skewMs === null) return "no data";
  if (Math.abs(skewMs) < 2000) return "within 2 s";
  return `${duration(Math.abs(skewMs))} ${skewMs > 0 ? "ahead" : "behind"}`;
}

export function DevicePanel(props: {
  view: View;
  devices: readonly DeviceRow[];
  status: readonly DeviceStatus[] | null;
  assetId: string;
}) {
  const { view, devices } = props;
  const staff = isStaff(view.viewer);
  const inUse = devices.filter((device) => device.revokedAt === null);
  return (
    <Panel id="device" title={inUse.length === 1 ? "Device" : "Devices"} region>
      {inUse.length ? (
        inUse.map((device) => {
          const status = props.status?.find((s) => s.device === device.id);
          return (
            <div class="in">
              <Facts
                items={[
                  ["Identity", staff ? <a href={paths.device(device.id)}>{device.name}</a> : device.name],
                  ["Connection", <Connection status={status} view={view} />],
                  device.gatewayName ? ["Behind gateway", device.gatewayName] : null,
                  ["Messages", status ? formatNumber(status.messages, 0) : "no data"],
                  ["Device clock", skewWords(status?.clockSkewMs ?? null)],
                  status && (status.rejected || staff)
                    ? [
                        "Rejected",
                        staff && status.rejected ? (
                          <a href={paths.rejected({ device: device.id })}>
                            {formatNumber(status.rejected, 0)}
                          </a>
                        ) : (
                          formatNumber(status.rejected, 0)
                        ),
                      ]
                    : null,
                  status && status.connectsLastHour > 1
                    ? ["Connects, last hour", formatNumber(status.connectsLastHour, 0)]
                    : null,
                ]}
              />
            </div>
          );
        })
      ) : (
        <Empty>
          <p>No device sends for this machine yet.</p>
          {staff ? (
            <a class="btn" href={paths.newDevice({ asset: props.assetId })}>
              Add a device
            </a>
          ) : null}
        </Empty>
      )}
    </Panel>
  );
}

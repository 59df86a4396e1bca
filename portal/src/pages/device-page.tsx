import type { DeviceStatus } from "@millwright/shared/telemetry/read-api";
import { paths } from "../paths.ts";
import type { CredentialRow, DeviceRow } from "../read/rows.ts";
import { Page, type View } from "../views/layout.tsx";
import { count, formatNumber } from "../views/number.ts";
import { Empty, Facts, Panel, TelemetryDown, Time } from "../views/parts.tsx";
import { CredentialsPanel, StillOldNote } from "./credentials-panel.tsx";
import { Connection, skewWords } from "./device-panel.tsx";
import { DeviceTable } from "./device-table.tsx";
import type { FormState } from "./form.ts";

type Props = {
  view: View;
  device: DeviceRow;
  /** Devices that send through it; for a gateway only. */
  behind: readonly DeviceRow[];
  /** null: ingest did not answer. */
  status: readonly DeviceStatus[] | null;
  attributes: Record<string, unknown> | null;
  credentials: readonly CredentialRow[];
  /** Of the form for a new credential. */
  state: FormState;
};

/** Who it is, how well it sends, what it told of itself, and what can be done to it. */
export function DevicePage(props: Props) {
  const { view, device, status } = props;
  const now = status?.find((s) => s.device === device.id);
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
      <StillOldNote view={view} device={device} credentials={props.credentials} />
      <div class="grid g-main">
        <div class="col">
          {device.kind === "gateway" ? <Behind {...props} /> : null}
          <Traffic status={now} device={device} />
          <CredentialsPanel view={view} device={device} credentials={props.credentials} state={props.state} />
          <Attributes attributes={props.attributes} />
        </div>
        <div class="col">
          <Identity view={view} device={device} />
          {device.revokedAt ? null : <Revoke device={device} />}
        </div>
      </div>
    </Page>
  );
}

function Behind({ view, device, behind, status }: Props) {
  return (
    <Panel id="behind" title="Behind this gateway" aside={count(behind.length, "device")}>
      {behind.length ? (
        <DeviceTable
          devices={behind}
          status={status}
          view={view}
          caption={`Devices behind ${device.name}, by name`}
        />
      ) : (
        <Empty>
          <p>No device sends through it yet. Its messages about devices nobody registered are rejected.</p>
          <a class="btn" href={paths.newDevice({ gateway: device.id })}>
            Add a device behind it
          </a>
        </Empty>
      )}
    </Panel>
  );
}

function Traffic({ status, device }: { status: DeviceStatus | undefined; device: DeviceRow }) {
  const number = (of: keyof DeviceStatus) => {
    const value = status?.[of];
    return typeof value === "number" ? formatNumber(value, 0) : "no data";
  };
  return (
    <Panel id="traffic" title="Traffic">
      <div class="in">
        <Facts
          items={[
            ["Messages", number("messages")],
            ["Samples", number("samples")],
            ["Repeated samples", number("repeated")],
            ["Single spikes", number("spikes")],
            [
              "Rejected messages",
              status?.rejected ? (
                <a href={paths.rejected({ device: device.id })}>{number("rejected")}</a>
              ) : (
                number("rejected")
              ),
            ],
            ["Connects, last hour", number("connectsLastHour")],
            ["Device clock", skewWords(status?.clockSkewMs ?? null)],
          ]}
        />
      </div>
    </Panel>
  );
}

function Attributes({ attributes }: { attributes: Record<string, unknown> | null }) {
  const told = Object.entries(attributes ?? {}).sort(([a], [b]) => a.localeCompare(b));
  return (
    <Panel id="attributes" title="What it told of itself">
      {told.length ? (
        <div class="in">
          <Facts items={told.map(([key, value]) => [<span class="m">{key}</span>, asText(value)] as const)} />
        </div>
      ) : (
        <Empty>
          <p>
            {attributes
              ? "No attribute yet: firmware, hardware and the like, sent to "
              : "Its attributes are not available just now."}
            {attributes ? <span class="m">v1/devices/me/attributes</span> : null}
          </p>
        </Empty>
      )}
    </Panel>
  );
}

const asText = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

function Identity({ view, device }: { view: View; device: DeviceRow }) {
  return (
    <Panel id="identity" title="Identity">
      <div class="in">
        <Facts
          items={[
            ["Device id", <span class="m">{device.id}</span>],
            ["Kind", device.kind === "gateway" ? "Gateway" : "Device"],
            device.gatewayId
              ? ["Behind gateway", <a href={paths.device(device.gatewayId)}>{device.gatewayName}</a>]
              : null,
            device.siteId ? ["Site", device.siteName] : null,
            ["Added", <Time at={device.createdAt} reading={view} />],
            device.revokedAt ? ["Revoked", <Time at={device.revokedAt} reading={view} />] : null,
          ]}
        />
      </div>
    </Panel>
  );
}

/** What cannot be taken back stands folded, with its effect beside the button. */
function Revoke({ device }: { device: DeviceRow }) {
  return (
    <details class="pan fold">
      <summary>Revoke this device</summary>
      <form class="in form" method="post" action={paths.revokeDevice(device.id)}>
        <p>None of its credentials works any more, for good. What it has sent stays.</p>
        <button class="btn" type="submit">
          Revoke {device.name}
        </button>
      </form>
    </details>
  );
}

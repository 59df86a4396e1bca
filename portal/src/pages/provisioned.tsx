import type { Tag } from "@millwright/shared/domain/model";
import type { Credential } from "../fleet/credential.ts";
import { paths } from "../paths.ts";
import type { DeviceRow } from "../read/rows.ts";
import { EndTime } from "../views/end-time.tsx";
import { Page, type View } from "../views/layout.tsx";
import { Panel } from "../views/parts.tsx";

type Broker = { host: string; port: number };

const DIRECT = "v1/devices/me/telemetry";
const THROUGH_GATEWAY = "v1/gateway/telemetry";

/** One reading in the middle of the tag's span, so that it raises no alarm: {"t_dis":75}. */
function sampleOf(tag: Tag | undefined): string {
  const middle = tag ? Number(((tag.span.low + tag.span.high) / 2).toPrecision(4)) : 1;
  return JSON.stringify({ [tag?.key ?? "tag"]: middle });
}

/** What is shown once; a certificate's fingerprint is no secret. */
function secretOf(credential: Credential): string {
  switch (credential.kind) {
    case "token":
      return credential.token;
    case "secret":
      return credential.secret;
    case "certificate":
      return credential.fingerprint;
  }
}

/** A command for the first reading; single quotes, so that it can be pasted into any POSIX shell. */
function firstReadingCommand(mqtt: Broker, device: DeviceRow, credential: Credential, tag?: Tag): string {
  const who =
    credential.kind === "token" ? `-u ${credential.token}` : `-u ${device.id} -P ${secretOf(credential)}`;
  return `mosquitto_pub -h ${mqtt.host} -p ${mqtt.port} ${who} -q 1 -t ${DIRECT} -m '${sampleOf(tag)}'`;
}

/** Shows the credential, once, then waits for the first reading with the person. */
export function Provisioned(props: {
  view: View;
  device: DeviceRow;
  credential: Credential;
  mqtt: Broker;
  /** A tag of the machine's model, for the example. */
  tag: Tag | undefined;
  /** Until when the earlier credentials work; null without such. */
  oldUntil: number | null;
}) {
  const { view, device, credential, mqtt, tag, oldUntil } = props;
  const secret = secretOf(credential);
  const command = firstReadingCommand(mqtt, device, credential, tag);
  return (
    <Page view={view} title={`${device.name} is ready`} live={device.assetId ? [device.assetId] : []}>
      <div class="top">
        <div class="lead">
          <nav class="crumb" aria-label="Where you are">
            <a href={paths.devices()}>Devices</a>
          </nav>
          <h1>{device.name} is ready</h1>
          <p>
            Copy the credential now. It is shown this once; only its hash is kept.
            {oldUntil === null ? null : (
              <>
                {" "}
                The one it had works until <EndTime at={oldUntil} reading={view} />.
              </>
            )}
          </p>
        </div>
      </div>
      <div class="grid g-main">
        <div class="col">
          <Panel
            id="credential"
            title={credential.kind === "token" ? "Access token" : "Device id and secret"}
          >
            <div class="in form">
              {credential.kind === "secret" ? (
                <p>
                  User name <code class="m">{device.id}</code>, password:
                </p>
              ) : (
                <p>User name of the MQTT connection; no password:</p>
              )}
              <code class="code" data-credential={credential.kind}>
                {secret}
              </code>
              <div class="acts">
                <button class="btn p" type="button" data-copy={secret} hidden>
                  Copy
                </button>
              </div>
            </div>
          </Panel>
          <Panel id="first" title="Send a first reading">
            <div class="in form">
              {device.gatewayId ? (
                <ThroughGateway device={device} tag={tag} />
              ) : device.kind === "gateway" ? (
                <p>
                  A gateway sends for the devices behind it, topic <b class="m">{THROUGH_GATEWAY}</b>.{" "}
                  <a href={paths.newDevice({ gateway: device.id })}>Add a device behind it</a>
                </p>
              ) : (
                <>
                  <p>
                    Broker <b class="m">{mqtt.host}</b>, port <b class="m">{mqtt.port}</b>, topic{" "}
                    <b class="m">{DIRECT}</b>. From a shell:
                  </p>
                  <code class="code">{command}</code>
                  <div class="acts">
                    <button class="btn" type="button" data-copy={command} hidden>
                      Copy
                    </button>
                  </div>
                </>
              )}
            </div>
          </Panel>
        </div>
        <div class="col">
          <Panel id="waiting" title="First reading">
            <div class="in">
              <mw-first-reading data-status={paths.deviceStatus(device.id)}>
                <p data-part="wait">
                  Waiting for {device.name}. <a href={paths.device(device.id)}>Look at the device</a>
                </p>
                <ul class="steps" data-part="steps" aria-live="polite" />
              </mw-first-reading>
              {device.assetId ? (
                <p class="sm">
                  <a href={paths.asset(device.assetId)}>{device.assetName}</a>
                </p>
              ) : null}
            </div>
          </Panel>
        </div>
      </div>
    </Page>
  );
}

function ThroughGateway({ device, tag }: { device: DeviceRow; tag: Tag | undefined }) {
  const payload = JSON.stringify({ [device.name]: [JSON.parse(sampleOf(tag))] });
  return (
    <>
      <p>
        <b>{device.gatewayName}</b> sends for it, topic <b class="m">{THROUGH_GATEWAY}</b>, under the name{" "}
        <b>{device.name}</b>:
      </p>
      <code class="code">{payload}</code>
      <p class="hint">With its own credential it may also connect by itself.</p>
    </>
  );
}

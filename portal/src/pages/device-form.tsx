import { Hono } from "hono";
import { demand } from "../access/scope.ts";
import { isStaff } from "../access/viewer.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import type { Credential } from "../fleet/credential.ts";
import { createDevice } from "../fleet/devices.ts";
import { paths } from "../paths.ts";
import { listAssets } from "../read/assets.ts";
import { findDevice } from "../read/devices.ts";
import type { AssetRow, DeviceRow } from "../read/rows.ts";
import { Page, type View } from "../views/layout.tsx";
import { Field, FormError, Panel, Select } from "../views/parts.tsx";
import { attempt, EMPTY_FORM, type FormState, formValues, given } from "./form.ts";
import { everyRow, type PageContext, viewOf } from "./view-of.ts";

/** Provisioning: a form, then the credential once, then waiting for the first reading together. */
export function deviceForms(deps: PortalDeps): Hono<PortalEnv> {
  const { db, mqtt } = deps;
  const staffView = (c: PageContext): View => {
    const view = viewOf(c, deps);
    demand(isStaff(view.viewer), "add devices");
    return view;
  };
  const machines = (view: View) => everyRow((query) => listAssets(db, view.viewer, query));
  return new Hono<PortalEnv>()
    .get("/devices/new", (c) => {
      const view = staffView(c);
      const state = { ...EMPTY_FORM, values: { assetId: c.req.query("asset") ?? "" } };
      return c.html(<DeviceForm view={view} machines={machines(view)} state={state} />);
    })
    .post("/devices", async (c) => {
      const view = staffView(c);
      const values = await formValues(c.req);
      const gateway = values.kind === "gateway";
      const done = await attempt(values, () =>
        createDevice(
          db,
          view.viewer,
          {
            kind: gateway ? "gateway" : "device",
            credential: values.credential === "secret" ? "secret" : "token",
            ...(gateway ? {} : { assetId: given(values.assetId) }),
            name: given(values.name),
          },
          view.now,
        ),
      );
      if (!done.ok)
        return c.html(<DeviceForm view={view} machines={machines(view)} state={done.state} />, 422);
      const { id, credential } = done.result;
      c.header("cache-control", "no-store");
      return c.html(
        <Provisioned
          view={view}
          device={findDevice(db, view.viewer, id)}
          credential={credential}
          mqtt={mqtt}
        />,
      );
    });
}

function DeviceForm({ view, machines, state }: { view: View; machines: AssetRow[]; state: FormState }) {
  const { values, errors } = state;
  return (
    <Page view={view} title="Add a device">
      <div class="top">
        <div class="lead">
          <nav class="crumb" aria-label="Where you are">
            <a href={paths.devices()}>Devices</a>
          </nav>
          <h1>Add a device</h1>
          <p>Its credential is shown once, on the next page.</p>
        </div>
      </div>
      <form class="form" method="post" action={paths.devices()}>
        <FormError text={state.form} />
        <Field
          name="kind"
          label="Kind"
          error={errors.kind}
          control={(attributes) => (
            <Select
              attributes={attributes}
              value={values.kind ?? "device"}
              options={[
                { value: "device", label: "Device: sends for one machine" },
                { value: "gateway", label: "Gateway: sends for the devices behind it" },
              ]}
            />
          )}
        />
        <Field
          name="assetId"
          label="Machine"
          hint="A gateway has none of its own."
          error={errors.assetId}
          control={(attributes) => (
            <Select
              attributes={attributes}
              none="Choose a machine"
              value={values.assetId}
              options={machines.map((m) => ({
                value: m.id,
                label: `${m.customerName} · ${m.siteName} · ${m.name}`,
              }))}
            />
          )}
        />
        <Field
          name="name"
          label="Name, optional"
          hint="Without one it is called after the machine's serial number."
          error={errors.name}
          control={(attributes) => <input class="text" {...attributes} value={values.name} maxlength={120} />}
        />
        <Field
          name="credential"
          label="Credential"
          error={errors.credential}
          control={(attributes) => (
            <Select
              attributes={attributes}
              value={values.credential ?? "token"}
              options={[
                { value: "token", label: "Access token, as the user name" },
                { value: "secret", label: "Device id and secret, as user name and password" },
              ]}
            />
          )}
        />
        <div class="acts">
          <button class="btn p" type="submit" data-busy="Making the credential…">
            Create
          </button>
          <a class="btn" href={paths.devices()}>
            Cancel
          </a>
        </div>
      </form>
    </Page>
  );
}

/** A command for the first reading; single quotes, so that it can be pasted into any POSIX shell. */
function firstReadingCommand(
  mqtt: { host: string; port: number },
  deviceId: string,
  credential: Credential,
): string {
  const who =
    credential.kind === "token" ? `-u ${credential.token}` : `-u ${deviceId} -P ${credential.secret}`;
  return `mosquitto_pub -h ${mqtt.host} -p ${mqtt.port} ${who} -q 1 -t v1/devices/me/telemetry -m '{"tag":1}'`;
}

function Provisioned(props: {
  view: View;
  device: DeviceRow;
  credential: Credential;
  mqtt: { host: string; port: number };
}) {
  const { view, device, credential, mqtt } = props;
  const secret = credential.kind === "token" ? credential.token : credential.secret;
  const command = firstReadingCommand(mqtt, device.id, credential);
  return (
    <Page view={view} title={`${device.name} is ready`} live={device.assetId ? [device.assetId] : []}>
      <div class="top">
        <div class="lead">
          <nav class="crumb" aria-label="Where you are">
            <a href={paths.devices()}>Devices</a>
          </nav>
          <h1>{device.name} is ready</h1>
          <p>Copy the credential now. It is shown this once; only its hash is kept.</p>
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
              <p>
                Broker <b class="m">{mqtt.host}</b>, port <b class="m">{mqtt.port}</b>, topic{" "}
                <b class="m">v1/devices/me/telemetry</b>. From a shell:
              </p>
              <code class="code">{command}</code>
              <div class="acts">
                <button class="btn" type="button" data-copy={command} hidden>
                  Copy
                </button>
              </div>
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

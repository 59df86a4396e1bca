import { Hono } from "hono";
import { demand } from "../access/scope.ts";
import { isStaff } from "../access/viewer.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import type { Credential } from "../fleet/credential.ts";
import { createDevice } from "../fleet/devices.ts";
import { paths } from "../paths.ts";
import { findAsset, listAssets } from "../read/assets.ts";
import { listSites } from "../read/customers.ts";
import { findDevice, listDevices } from "../read/devices.ts";
import { findModel } from "../read/models.ts";
import type { AssetRow, DeviceRow, SiteRow } from "../read/rows.ts";
import { Page, type View } from "../views/layout.tsx";
import { Field, FormError, Select } from "../views/parts.tsx";
import { attempt, EMPTY_FORM, type FormState, formValues, given } from "./form.ts";
import { Provisioned } from "./provisioned.tsx";
import { everyRow, type PageContext, viewOf } from "./view-of.ts";

/** Provisioning: a form, then the credential once, then waiting for the first reading together. */
export function deviceForms(deps: PortalDeps): Hono<PortalEnv> {
  const { db } = deps;
  const staffView = (c: PageContext): View => {
    const view = viewOf(c, deps);
    demand(isStaff(view.viewer), "add devices");
    return view;
  };
  const choices = (view: View) => ({
    machines: everyRow((query) => listAssets(db, view.viewer, query)),
    gateways: everyRow((query) => listDevices(db, view.viewer, query)).filter(
      (device) => device.kind === "gateway" && device.revokedAt === null,
    ),
    sites: everyRow((query) => listSites(db, view.viewer, query)),
  });
  return new Hono<PortalEnv>()
    .get("/devices/new", (c) => {
      const view = staffView(c);
      const values = { assetId: c.req.query("asset") ?? "", gatewayId: c.req.query("gateway") ?? "" };
      return c.html(<DeviceForm view={view} {...choices(view)} state={{ ...EMPTY_FORM, values }} />);
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
            ...(gateway
              ? { siteId: given(values.siteId) }
              : { assetId: given(values.assetId), gatewayId: given(values.gatewayId) }),
            name: given(values.name),
          },
          view.now,
        ),
      );
      if (!done.ok) return c.html(<DeviceForm view={view} {...choices(view)} state={done.state} />, 422);
      return showCredential(c, deps, view, done.result.id, done.result.credential);
    });
}

/** The credential leaves this answer and nothing else: no cache may keep it. */
export function showCredential(
  c: PageContext,
  deps: PortalDeps,
  view: View,
  id: string,
  credential: Credential,
  oldUntil: number | null = null,
) {
  const { db, mqtt } = deps;
  const device = findDevice(db, view.viewer, id);
  const asset = device.assetId ? findAsset(db, view.viewer, device.assetId) : null;
  const tag = asset ? findModel(db, view.viewer, asset.modelId).tags[0] : undefined;
  c.header("cache-control", "no-store");
  return c.html(<Provisioned {...{ view, device, credential, mqtt, tag, oldUntil }} />);
}

type Choices = { machines: AssetRow[]; gateways: DeviceRow[]; sites: SiteRow[] };

function DeviceForm(props: Choices & { view: View; state: FormState }) {
  const { view, machines, gateways, sites, state } = props;
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
              attributes={{ ...attributes, "data-reveal": "" }}
              value={values.kind ?? "device"}
              options={[
                { value: "device", label: "Device: sends for one machine" },
                { value: "gateway", label: "Gateway: sends for the devices behind it" },
              ]}
            />
          )}
        />
        <div data-when="device">
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
        </div>
        <div data-when="gateway">
          <Field
            name="siteId"
            label="Site of the gateway, optional"
            hint="Its silence is then told to that site's customer. Without one it belongs where its devices are."
            error={errors.siteId}
            control={(attributes) => (
              <Select
                attributes={attributes}
                none="None"
                value={values.siteId}
                options={sites.map((s) => ({ value: s.id, label: `${s.customerName} · ${s.name}` }))}
              />
            )}
          />
        </div>
        {gateways.length ? (
          <Field
            name="gatewayId"
            label="Behind gateway, optional"
            hint="Its name is then the one the gateway uses for it."
            error={errors.gatewayId}
            control={(attributes) => (
              <Select
                attributes={attributes}
                none="None: it connects by itself"
                value={values.gatewayId}
                options={gateways.map((gateway) => ({ value: gateway.id, label: gateway.name }))}
              />
            )}
          />
        ) : null}
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

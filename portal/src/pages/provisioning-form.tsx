import { Hono } from "hono";
import { demand } from "../access/scope.ts";
import { isStaff } from "../access/viewer.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { createProvisioningKey, type ProvisioningKey } from "../fleet/provisioning-keys.ts";
import { paths } from "../paths.ts";
import { listSites } from "../read/customers.ts";
import { listModels } from "../read/models.ts";
import { Page, type View } from "../views/layout.tsx";
import { Field, FormError, type Option, Panel, Select } from "../views/parts.tsx";
import { PageHead } from "../views/table.tsx";
import { attempt, EMPTY_FORM, type FormState, formValues, given } from "./form.ts";
import { everyRow, type PageContext, viewOf } from "./view-of.ts";

const DAY_MS = 86_400_000;

type Choices = { models: Option[]; sites: (Option & { customerId: string })[] };

/** A key for a batch of factory images; its secret is shown once. */
export function provisioningForms(deps: PortalDeps): Hono<PortalEnv> {
  const { db } = deps;
  const staffView = (c: PageContext): View => {
    const view = viewOf(c, deps);
    demand(isStaff(view.viewer), "make provisioning keys");
    return view;
  };
  const choices = ({ viewer }: View): Choices => ({
    models: everyRow((query) => listModels(db, viewer, query)).map((m) => ({ value: m.id, label: m.name })),
    sites: everyRow((query) => listSites(db, viewer, query)).map((s) => ({
      value: s.id,
      label: `${s.customerName} · ${s.name}`,
      customerId: s.customerId,
    })),
  });
  return new Hono<PortalEnv>()
    .get("/provisioning/new", (c) => {
      const view = staffView(c);
      return c.html(<KeyForm view={view} {...choices(view)} state={EMPTY_FORM} />);
    })
    .post("/provisioning", async (c) => {
      const view = staffView(c);
      const offered = choices(view);
      const values = await formValues(c.req);
      const siteId = given(values.siteId);
      const done = await attempt({ ...values, expiresAt: "" }, () =>
        createProvisioningKey(
          db,
          view.viewer,
          {
            name: values.name ?? "",
            modelId: values.modelId ?? "",
            siteId,
            customerId: offered.sites.find((site) => site.value === siteId)?.customerId ?? "",
            uses: Number(values.uses ?? "1"),
            expiresAt: view.now + Number(values.days ?? "30") * DAY_MS,
          },
          view.now,
        ),
      );
      if (!done.ok) {
        // The customer is chosen with the site.
        const { customerId, ...errors } = done.state.errors;
        const state = {
          ...done.state,
          errors: customerId ? { siteId: "Choose a site.", ...errors } : errors,
        };
        return c.html(<KeyForm view={view} {...offered} state={state} />, 422);
      }
      c.header("cache-control", "no-store");
      return c.html(<Made view={view} name={values.name ?? ""} made={done.result} mqtt={deps.mqtt} />);
    });
}

/** What goes into the image, as a page and as a file; the file is in the page, nothing asks for the secret again. */
function Made(props: { view: View; name: string; made: ProvisioningKey; mqtt: PortalDeps["mqtt"] }) {
  const { view, name, made, mqtt } = props;
  const { id, ...burnt } = made;
  const json = JSON.stringify({ host: mqtt.host, port: mqtt.port, username: "provision", ...burnt }, null, 2);
  const file = `data:application/json;base64,${Buffer.from(`${json}\n`).toString("base64")}`;
  return (
    <Page view={view} title={`Key for ${name.trim()}`}>
      <PageHead
        title={`Key for ${name.trim()}`}
        crumb={{ label: "Provisioning", href: paths.provisioning() }}
        lead="Take it now. The secret is shown this once; only its hash is kept."
      />
      <Panel id="secret" title="Burn this into the image">
        <div class="in form">
          <pre class="code" data-secret="">
            {json}
          </pre>
          <p class="hint">
            The device adds its serial number as deviceName and publishes the request once. The guide for
            firmware has the commands.
          </p>
          <div class="acts">
            <button class="btn p" type="button" data-copy={json} hidden>
              Copy
            </button>
            <a class="btn" href={file} download="provisioning.json">
              Download as JSON
            </a>
            <a class="btn" href={paths.provisioningKey(id)}>
              I have stored it
            </a>
          </div>
        </div>
      </Panel>
    </Page>
  );
}

const DAYS: Option[] = [
  { value: "1", label: "one day" },
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "a year" },
];

function KeyForm({ view, models, sites, state }: Choices & { view: View; state: FormState }) {
  const { values, errors } = state;
  const select = (name: "modelId" | "siteId", label: string, none: string, options: Option[]) => (
    <Field
      name={name}
      label={label}
      error={errors[name]}
      control={(attributes) => (
        <Select
          attributes={{ ...attributes, required: true }}
          none={none}
          value={values[name]}
          options={options}
        />
      )}
    />
  );
  return (
    <Page view={view} title="Make a provisioning key">
      <PageHead
        title="Make a provisioning key"
        crumb={{ label: "Provisioning", href: paths.provisioning() }}
        lead="Whoever has it can register machines of one model at one site, so give it few uses and a near end."
      />
      <form class="form" method="post" action={paths.provisioning()}>
        <FormError text={state.form} />
        <Field
          name="name"
          label="Name"
          hint="The batch or line it is burnt into."
          error={errors.name}
          control={(attributes) => (
            <input class="text" {...attributes} value={values.name} required maxlength={120} />
          )}
        />
        {select("modelId", "Model", "Choose a model", models)}
        {select("siteId", "Customer and site", "Choose a site", sites)}
        <Field
          name="uses"
          label="Devices it may register"
          error={errors.uses}
          control={(attributes) => (
            <input
              class="text"
              type="number"
              min={1}
              max={10_000}
              {...attributes}
              value={values.uses ?? "1"}
              required
            />
          )}
        />
        <Field
          name="days"
          label="Works for"
          error={errors.expiresAt}
          control={(attributes) => (
            <Select attributes={attributes} value={values.days ?? "30"} options={DAYS} />
          )}
        />
        <div class="acts">
          <button class="btn p" type="submit" data-busy="Making it…">
            Make the key
          </button>
          <a class="btn" href={paths.provisioning()}>
            Cancel
          </a>
        </div>
      </form>
    </Page>
  );
}

import { Hono } from "hono";
import type { Child } from "hono/jsx";
import { demand } from "../access/scope.ts";
import { isStaff } from "../access/viewer.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { createAsset } from "../fleet/assets.ts";
import { createCustomer } from "../fleet/customers.ts";
import { createSite } from "../fleet/sites.ts";
import { paths } from "../paths.ts";
import { listCustomers, listSites } from "../read/customers.ts";
import { listModels } from "../read/models.ts";
import { Page, type View } from "../views/layout.tsx";
import { Field, FormError, Select } from "../views/parts.tsx";
import { attempt, EMPTY_FORM, type FormState, formValues } from "./form.ts";
import { PlaceField, placeOrNone } from "./site-place.tsx";
import { timeZones } from "./time-zones.ts";
import { everyRow, type PageContext, viewOf } from "./view-of.ts";

/** Customer, site, machine: what must exist before a device can send. */
export function setupForms(deps: PortalDeps): Hono<PortalEnv> {
  const { db } = deps;

  const staffView = (c: PageContext): View => {
    const view = viewOf(c, deps);
    demand(isStaff(view.viewer), "set up customers and machines");
    return view;
  };
  const customers = (view: View) =>
    everyRow((query) => listCustomers(db, view.viewer, query)).map((row) => ({
      value: row.id,
      label: row.name,
    }));

  const customerForm = (view: View, state: FormState) => (
    <Form
      view={view}
      title="Add a customer"
      action={paths.customers()}
      button="Add the customer"
      state={state}
    >
      <Text state={state} name="name" label="Name" hint="As it is written on the account." />
    </Form>
  );
  const siteForm = (view: View, state: FormState) => (
    <Form view={view} title="Add a site" action="/sites" button="Add the site" state={state}>
      <Choice
        state={state}
        name="customerId"
        label="Customer"
        options={customers(view)}
        none={{ href: paths.newCustomer(), words: "Add a customer first" }}
      />
      <Text state={state} name="name" label="Name" />
      <Field
        name="timeZone"
        label="Time zone"
        hint="Days of this site are cut in it."
        error={state.errors.timeZone}
        control={(attributes) => (
          <Select
            attributes={{ ...attributes, required: true }}
            value={state.values.timeZone ?? view.zone}
            options={timeZones().map((zone) => ({ value: zone, label: zone }))}
          />
        )}
      />
      <PlaceField state={state} />
    </Form>
  );
  const assetForm = (view: View, state: FormState) => {
    const sites = everyRow((query) =>
      listSites(db, view.viewer, { ...query, customerId: state.values.customer || undefined }),
    );
    return (
      <Form view={view} title="Add a machine" action="/assets" button="Add the machine" state={state}>
        <Choice
          state={state}
          name="siteId"
          label="Customer and site"
          options={sites.map((site) => ({ value: site.id, label: `${site.customerName} · ${site.name}` }))}
          none={{ href: paths.newSite({ customer: state.values.customer }), words: "Add a site first" }}
        />
        <Choice
          state={state}
          name="modelId"
          label="Product model"
          options={everyRow((query) => listModels(db, view.viewer, query)).map((m) => ({
            value: m.id,
            label: m.name,
          }))}
          none={{ href: paths.newModel(), words: "Describe a model first" }}
        />
        <Text state={state} name="name" label="Name" hint="What people at the site call it." />
        <Text state={state} name="serialNumber" label="Serial number" hint="As on the nameplate." />
      </Form>
    );
  };

  return new Hono<PortalEnv>()
    .get("/customers/new", (c) => c.html(customerForm(staffView(c), EMPTY_FORM)))
    .post("/customers", async (c) => {
      const view = staffView(c);
      const values = await formValues(c.req);
      const done = await attempt(values, () =>
        createCustomer(db, view.viewer, { name: values.name ?? "" }, view.now),
      );
      return done.ok
        ? c.redirect(paths.customer(done.result.id), 303)
        : c.html(customerForm(view, done.state), 422);
    })
    .get("/sites/new", (c) => {
      const values = { customerId: c.req.query("customer") ?? "" };
      return c.html(siteForm(staffView(c), { ...EMPTY_FORM, values }));
    })
    .post("/sites", async (c) => {
      const view = staffView(c);
      const values = await formValues(c.req);
      const { customerId = "", name = "", timeZone = "" } = values;
      const done = await attempt(values, () =>
        createSite(db, view.viewer, { customerId, name, timeZone, ...placeOrNone(values.place) }, view.now),
      );
      return done.ok ? c.redirect(paths.customer(customerId), 303) : c.html(siteForm(view, done.state), 422);
    })
    .get("/assets/new", (c) => {
      const values = {
        customer: c.req.query("customer") ?? "",
        siteId: c.req.query("site") ?? "",
        modelId: c.req.query("model") ?? "",
      };
      return c.html(assetForm(staffView(c), { ...EMPTY_FORM, values }));
    })
    .post("/assets", async (c) => {
      const view = staffView(c);
      const values = await formValues(c.req);
      const { siteId = "", modelId = "", name = "", serialNumber = "" } = values;
      // The site says who the customer is: asking twice could only disagree.
      const site = everyRow((query) => listSites(db, view.viewer, query)).find((s) => s.id === siteId);
      const customerId = site?.customerId ?? "none";
      const done = await attempt(values, () =>
        createAsset(db, view.viewer, { siteId, modelId, name, serialNumber, customerId }, view.now),
      );
      return done.ok
        ? c.redirect(paths.newDevice({ asset: done.result.id }), 303)
        : c.html(assetForm(view, done.state), 422);
    });
}

function Form(props: {
  view: View;
  title: string;
  action: string;
  button: string;
  state: FormState;
  children?: Child;
}) {
  return (
    <Page view={props.view} title={props.title}>
      <div class="top">
        <div class="lead">
          <nav class="crumb" aria-label="Where you are">
            <a href={paths.customers()}>Customers</a>
          </nav>
          <h1>{props.title}</h1>
        </div>
      </div>
      <form class="form" method="post" action={props.action}>
        <FormError text={props.state.form} />
        {props.children}
        <div class="acts">
          <button class="btn p" type="submit" data-busy="Saving…">
            {props.button}
          </button>
          <a class="btn" href={paths.customers()}>
            Cancel
          </a>
        </div>
      </form>
    </Page>
  );
}

function Text({
  state,
  name,
  label,
  hint,
}: {
  state: FormState;
  name: string;
  label: string;
  hint?: string;
}) {
  return (
    <Field
      name={name}
      label={label}
      hint={hint}
      error={state.errors[name]}
      control={(attributes) => (
        <input class="text" {...attributes} value={state.values[name]} required maxlength={120} />
      )}
    />
  );
}

function Choice(props: {
  state: FormState;
  name: string;
  label: string;
  options: { value: string; label: string }[];
  /** Where one goes when there is nothing to choose. */
  none: { href: string; words: string };
}) {
  const { state, name, label, options, none } = props;
  return (
    <Field
      name={name}
      label={label}
      error={state.errors[name]}
      hint={
        options.length ? undefined : (
          <>
            There is none yet. <a href={none.href}>{none.words}</a>
          </>
        )
      }
      control={(attributes) => (
        <Select
          attributes={{ ...attributes, required: true }}
          none="Choose"
          value={state.values[name] || (options.length === 1 ? options[0]!.value : undefined)}
          options={options}
        />
      )}
    />
  );
}

import { ROLES, type Role } from "@millwright/shared/db/schema/people";
import { Hono } from "hono";
import { demand } from "../access/scope.ts";
import { isAdministrator } from "../access/viewer.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { paths } from "../paths.ts";
import { addKey, revokeKey } from "../people/keys.ts";
import { listCustomers } from "../read/customers.ts";
import { listKeys } from "../read/keys.ts";
import type { CustomerRow, KeyRow } from "../read/rows.ts";
import { Page, type View } from "../views/layout.tsx";
import { Empty, Field, FormError, Select, Time } from "../views/parts.tsx";
import { orDim, PageHead, Table, Twice } from "../views/table.tsx";
import { attempt, EMPTY_FORM, type FormState, formValues, given } from "./form.ts";
import { ShownOnce } from "./shown-once.tsx";
import { everyRow, type PageContext, viewOf } from "./view-of.ts";

const MAY: Record<Role, string> = {
  administrator: "Administrator: everything",
  engineer: "Engineer: everything but users, keys and audit",
  owner: "Owner: what one customer's owner may",
  viewer: "Viewer: reads what one customer may see",
};

/** Keys with which programs use the API: list, make (shown once), revoke. */
export function keyPages(deps: PortalDeps): Hono<PortalEnv> {
  const { db } = deps;
  const customers = (view: View) => everyRow((query) => listCustomers(db, view.viewer, query));
  const demanded = (c: PageContext) => {
    const view = viewOf(c, deps);
    demand(isAdministrator(view.viewer), "manage API keys");
    return view;
  };
  return new Hono<PortalEnv>()
    .get("/keys", (c) => {
      const view = demanded(c);
      return c.html(<Keys view={view} keys={everyRow((query) => listKeys(db, view.viewer, query))} />);
    })
    .get("/keys/new", (c) => {
      const view = demanded(c);
      return c.html(<KeyForm view={view} customers={customers(view)} state={EMPTY_FORM} />);
    })
    .post("/keys", async (c) => {
      const view = demanded(c);
      const values = await formValues(c.req);
      const { name = "" } = values;
      const role = ROLES.find((known) => known === values.role) ?? "viewer";
      const done = await attempt(values, () =>
        addKey(db, view.viewer, { name, role, customerId: given(values.customerId) }, view.now),
      );
      if (!done.ok)
        return c.html(<KeyForm view={view} customers={customers(view)} state={done.state} />, 422);
      c.header("cache-control", "no-store");
      return c.html(
        <ShownOnce
          view={view}
          title={`Key for ${name.trim()}`}
          lead="Copy it now. It is shown this once; only its hash is kept."
          what="API key"
          secret={done.result.key}
          back={paths.keys()}
          backWords="I have stored it"
        >
          <p>It goes into each request:</p>
          <p class="m">Authorization: Bearer mw_…</p>
        </ShownOnce>,
      );
    })
    .post("/keys/:id/revoke", (c) => {
      revokeKey(db, c.get("viewer"), c.req.param("id"), deps.clock());
      return c.redirect(paths.keys(), 303);
    });
}

function Keys({ view, keys }: { view: View; keys: KeyRow[] }) {
  const inUse = keys.filter((key) => key.revokedAt === null).length;
  return (
    <Page view={view} title="API keys">
      <PageHead
        title="API keys"
        lead={
          <>
            {inUse} in use. Programs send one with each request;{" "}
            <a href="/api/openapi.json">what they may ask</a>
          </>
        }
        acts={
          <a class="btn" href={paths.newKey()}>
            Make a key
          </a>
        }
      />
      <section class="pan" aria-label="API keys">
        {keys.length ? (
          <Table
            caption="API keys, newest first"
            columns={["Name", "May", "Customer", "Made", "Last used", { label: "Revoke", quiet: true }]}
          >
            {keys.map((key) => (
              <tr>
                <th scope="row" class="full">
                  {key.name}
                </th>
                <td data-l="May">{MAY[key.role].split(":")[0]}</td>
                <td data-l="Customer">{orDim(key.customerName)}</td>
                <td data-l="Made">
                  <Time at={key.createdAt} reading={view} />
                </td>
                <td data-l="Last used">
                  {orDim(key.lastUsedAt && <Time at={key.lastUsedAt} reading={view} />, "never")}
                </td>
                <td class="num full">
                  {key.revokedAt ? (
                    <span class="mut">
                      Revoked <Time at={key.revokedAt} reading={view} />
                    </span>
                  ) : (
                    <Twice
                      verb="Revoke"
                      of={key.name}
                      action={paths.revokeKey(key.id)}
                      effect="Its program stops at once."
                      sure="Revoke for good"
                    />
                  )}
                </td>
              </tr>
            ))}
          </Table>
        ) : (
          <Empty>
            <p>
              No program has a key yet. With one it reads machines and tickets, and adds its own, over the
              API.
            </p>
            <a class="btn" href={paths.newKey()}>
              Make the first key
            </a>
          </Empty>
        )}
      </section>
    </Page>
  );
}

function KeyForm({ view, customers, state }: { view: View; customers: CustomerRow[]; state: FormState }) {
  const { values, errors } = state;
  return (
    <Page view={view} title="Make a key">
      <PageHead
        title="Make a key"
        crumb={{ label: "API keys", href: paths.keys() }}
        lead="It is shown once, on the next page."
      />
      <form class="form" method="post" action={paths.keys()}>
        <FormError text={state.form} />
        <Field
          name="name"
          label="Name"
          hint="The program that gets it, as it stands in the audit log."
          error={errors.name}
          control={(attributes) => (
            <input class="text" {...attributes} value={values.name} required maxlength={120} />
          )}
        />
        <Field
          name="role"
          label="What it may do"
          error={errors.role}
          control={(attributes) => (
            <Select
              attributes={attributes}
              value={values.role ?? "engineer"}
              options={ROLES.map((role) => ({ value: role, label: MAY[role] }))}
            />
          )}
        />
        <Field
          name="customerId"
          label="Customer"
          hint="For owner and viewer keys only."
          error={errors.customerId}
          control={(attributes) => (
            <Select
              attributes={attributes}
              none="None: works for the maker"
              value={values.customerId}
              options={customers.map((customer) => ({ value: customer.id, label: customer.name }))}
            />
          )}
        />
        <div class="acts">
          <button class="btn p" type="submit" data-busy="Making it…">
            Make the key
          </button>
          <a class="btn" href={paths.keys()}>
            Cancel
          </a>
        </div>
      </form>
    </Page>
  );
}

import { ROLES, type Role } from "@millwright/shared/db/schema/people";
import { Hono } from "hono";
import { demand } from "../access/scope.ts";
import { isAdministrator, type Viewer } from "../access/viewer.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { paths } from "../paths.ts";
import { createUser } from "../people/users.ts";
import { listCustomers } from "../read/customers.ts";
import type { CustomerRow, UserRow } from "../read/rows.ts";
import { listUsers } from "../read/users.ts";
import { Page, type View } from "../views/layout.tsx";
import { count } from "../views/number.ts";
import { Field, FormError, Select } from "../views/parts.tsx";
import { PageHead, Table } from "../views/table.tsx";
import { attempt, EMPTY_FORM, type FormState, formValues, given } from "./form.ts";
import { ShownOnce } from "./shown-once.tsx";
import { everyRow, viewOf } from "./view-of.ts";

export const ROLE_WORDS: Record<Role, string> = {
  administrator: "Administrator of the maker",
  engineer: "Field engineer of the maker",
  owner: "Owner: reads, writes and adds people of the customer",
  viewer: "Viewer: reads only",
};

const mayAdd = (viewer: Viewer) => isAdministrator(viewer) || viewer.role === "owner";
const rolesFor = (viewer: Viewer): Role[] =>
  ROLES.filter((r) => isAdministrator(viewer) || r === "owner" || r === "viewer");

export function userPages(deps: PortalDeps): Hono<PortalEnv> {
  const { db } = deps;
  const customersFor = (view: View) =>
    isAdministrator(view.viewer) ? everyRow((query) => listCustomers(db, view.viewer, query)) : [];
  return new Hono<PortalEnv>()
    .get("/users", (c) => {
      const view = viewOf(c, deps);
      return c.html(<Users view={view} users={everyRow((query) => listUsers(db, view.viewer, query))} />);
    })
    .get("/users/new", (c) => {
      const view = viewOf(c, deps);
      demand(mayAdd(view.viewer), "add people");
      const customerId = c.req.query("customer") ?? "";
      const state = { ...EMPTY_FORM, values: { customerId, role: customerId ? "owner" : "" } };
      return c.html(<UserForm view={view} customers={customersFor(view)} state={state} />);
    })
    .post("/users", async (c) => {
      const view = viewOf(c, deps);
      const values = await formValues(c.req);
      const { email = "", name = "" } = values;
      const role = ROLES.find((known) => known === values.role) ?? "viewer";
      const done = await attempt(values, () =>
        createUser(deps, view.viewer, { email, name, role, customerId: given(values.customerId) }, view.now),
      );
      if (!done.ok)
        return c.html(<UserForm view={view} customers={customersFor(view)} state={done.state} />, 422);
      c.header("cache-control", "no-store");
      return c.html(
        <ShownOnce
          view={view}
          title={`${name.trim()} can sign in`}
          lead="Hand the first password over now. It is shown this once and kept nowhere in clear."
          what="First password"
          secret={done.result.password ?? ""}
          back={paths.users()}
          backWords="I have handed it over"
        >
          <p>
            E-mail <b>{email}</b>
          </p>
        </ShownOnce>,
      );
    });
}

export function UserTable({ users, caption, short }: { users: UserRow[]; caption: string; short?: boolean }) {
  return (
    <Table caption={caption} columns={short ? ["Name", "Role"] : ["Name", "Role", "Customer"]}>
      {users.map((user) => (
        <tr>
          <th scope="row">
            <div class="name">
              <a class="b" href={paths.user(user.id)}>
                {user.name}
              </a>
              {user.canSignIn ? null : <span class="tag">Cannot sign in</span>}
            </div>
            <div class="sm dim">{user.email}</div>
          </th>
          <td>{user.role.charAt(0).toUpperCase() + user.role.slice(1)}</td>
          {short ? null : (
            <td class="full">
              {user.customerId ? (
                <a href={paths.customer(user.customerId)}>{user.customerName}</a>
              ) : (
                <span class="dim">The maker</span>
              )}
            </td>
          )}
        </tr>
      ))}
    </Table>
  );
}

function Users({ view, users }: { view: View; users: UserRow[] }) {
  const title = view.customerName ? "People" : "Users";
  return (
    <Page view={view} title={title}>
      <PageHead
        title={title}
        lead={`${count(users.filter((user) => user.canSignIn).length, "person", "people")} can sign in`}
        acts={
          mayAdd(view.viewer) ? (
            <a class="btn" href={paths.newUser()}>
              Add a person
            </a>
          ) : null
        }
      />
      <section class="pan" aria-label={title}>
        <UserTable users={users} caption="People who can sign in" />
      </section>
    </Page>
  );
}

function UserForm({ view, customers, state }: { view: View; customers: CustomerRow[]; state: FormState }) {
  const { values, errors } = state;
  return (
    <Page view={view} title="Add a person">
      <PageHead
        title="Add a person"
        crumb={{ label: view.customerName ? "People" : "Users", href: paths.users() }}
        lead="A first password is made and shown once."
      />
      <form class="form" method="post" action={paths.users()}>
        <FormError text={state.form} />
        <Field
          name="name"
          label="Name"
          error={errors.name}
          control={(attributes) => (
            <input
              class="text"
              {...attributes}
              value={values.name}
              required
              maxlength={120}
              autocomplete="off"
            />
          )}
        />
        <Field
          name="email"
          label="E-mail"
          error={errors.email}
          control={(attributes) => (
            <input
              class="text"
              type="email"
              {...attributes}
              value={values.email}
              required
              maxlength={200}
              autocomplete="off"
            />
          )}
        />
        <Field
          name="role"
          label="Role"
          error={errors.role}
          control={(attributes) => (
            <Select
              attributes={{ ...attributes, required: true }}
              value={values.role || "viewer"}
              options={rolesFor(view.viewer).map((role) => ({ value: role, label: ROLE_WORDS[role] }))}
            />
          )}
        />
        {customers.length ? (
          <Field
            name="customerId"
            label="Customer"
            hint="For owners and viewers only."
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
        ) : null}
        <div class="acts">
          <button class="btn p" type="submit" data-busy="Saving…">
            Add the person
          </button>
          <a class="btn" href={paths.users()}>
            Cancel
          </a>
        </div>
      </form>
    </Page>
  );
}

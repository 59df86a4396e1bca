import { Hono } from "hono";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { paths } from "../paths.ts";
import { disableSignIn, mayManage, resetPassword } from "../people/passwords.ts";
import type { UserRow } from "../read/rows.ts";
import { findUser } from "../read/users.ts";
import { Page, type View } from "../views/layout.tsx";
import { Facts, Panel, Time } from "../views/parts.tsx";
import { ShownOnce } from "./shown-once.tsx";
import { ROLE_WORDS } from "./users.tsx";
import { viewOf } from "./view-of.ts";

/** One person: who they are, and their way in. */
export function userPage(deps: PortalDeps): Hono<PortalEnv> {
  const { db } = deps;
  return new Hono<PortalEnv>()
    .get("/users/:id", (c) => {
      const view = viewOf(c, deps);
      return c.html(<Person view={view} person={findUser(db, view.viewer, c.req.param("id"))} />);
    })
    .post("/users/:id/password", async (c) => {
      const view = viewOf(c, deps);
      const id = c.req.param("id");
      const password = await resetPassword(deps, view.viewer, id, view.now);
      const person = findUser(db, view.viewer, id);
      c.header("cache-control", "no-store");
      return c.html(
        <ShownOnce
          view={view}
          title={`New password for ${person.name}`}
          lead="Hand it over now. It is shown this once and kept nowhere in clear; the old one stopped working."
          what="New password"
          secret={password}
          back={paths.user(id)}
          backWords="I have handed it over"
        >
          <p>
            E-mail <b>{person.email}</b>
          </p>
        </ShownOnce>,
      );
    })
    .post("/users/:id/disable", (c) => {
      const id = c.req.param("id");
      disableSignIn(deps, c.get("viewer"), id, deps.clock());
      return c.redirect(paths.user(id), 303);
    });
}

function Person({ view, person }: { view: View; person: UserRow }) {
  const managed = mayManage(view.viewer, person);
  return (
    <Page view={view} title={person.name}>
      <div class="top">
        <div class="lead">
          <nav class="crumb" aria-label="Where you are">
            <a href={paths.users()}>{view.customerName ? "People" : "Users"}</a>
          </nav>
          <h1>{person.name}</h1>
          <p>{person.canSignIn ? "Can sign in" : "Cannot sign in"}</p>
        </div>
      </div>
      <div class="grid g-main">
        <Panel id="person" title="Person">
          <div class="in">
            <Facts
              items={[
                ["E-mail", person.email],
                ["Role", ROLE_WORDS[person.role]],
                person.customerId
                  ? [
                      "Customer",
                      view.customerName ? (
                        person.customerName
                      ) : (
                        <a href={paths.customer(person.customerId)}>{person.customerName}</a>
                      ),
                    ]
                  : null,
                ["Added", <Time at={person.createdAt} reading={view} />],
              ]}
            />
          </div>
        </Panel>
        {managed ? (
          <div class="col">
            <Panel id="password" title="Password">
              <form class="in form" method="post" action={paths.userPassword(person.id)}>
                <p>
                  {person.canSignIn
                    ? "A new one is made and shown once. The old one stops working, and the person is signed out."
                    : "A new one is made and shown once. With it the person can sign in again."}
                </p>
                <div class="acts">
                  <button class="btn" type="submit" data-busy="Making it…">
                    Make a new password
                  </button>
                </div>
              </form>
            </Panel>
            {person.canSignIn ? (
              <Panel id="disable" title="Sign-in">
                <form class="in form" method="post" action={paths.userDisable(person.id)}>
                  <p>
                    Without it {person.name} is signed out everywhere and stays out until a new password is
                    made. What they wrote stays.
                  </p>
                  <div class="acts">
                    <button class="btn" type="submit">
                      Disable sign-in
                    </button>
                  </div>
                </form>
              </Panel>
            ) : null}
          </div>
        ) : person.id === view.viewer.id ? (
          <Panel id="password" title="Password">
            <div class="in form">
              <p>This is you.</p>
              <div class="acts">
                <a class="btn" href={paths.account()}>
                  Change your password
                </a>
              </div>
            </div>
          </Panel>
        ) : null}
      </div>
    </Page>
  );
}

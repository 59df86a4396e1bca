import { Hono } from "hono";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { paths } from "../paths.ts";
import { changeOwnPassword } from "../people/passwords.ts";
import { keepPreferences } from "../people/preferences.ts";
import { NO_PREFERENCES, type Preferences } from "../read/preferences.ts";
import type { UserRow } from "../read/rows.ts";
import { findUser } from "../read/users.ts";
import { MAX_PASSWORD, MIN_PASSWORD } from "../sign-in/auth.ts";
import { signIn } from "../sign-in/session.ts";
import { Page, type View } from "../views/layout.tsx";
import { Facts, Field, FormError, Panel } from "../views/parts.tsx";
import { attempt, EMPTY_FORM, type FormState, formValues, given } from "./form.ts";
import { redirectTelling } from "./notice.ts";
import { PreferencesPanel } from "./preferences-panel.tsx";
import { readerPreferences } from "./reader.ts";
import { ROLE_WORDS } from "./users.tsx";
import { viewOf } from "./view-of.ts";

/** What everybody may do with their own account. */
export function accountPages(deps: PortalDeps): Hono<PortalEnv> {
  const { db } = deps;
  const kept = () => readerPreferences() ?? NO_PREFERENCES;
  return new Hono<PortalEnv>()
    .get("/account", (c) => {
      const view = viewOf(c, deps);
      const changed = c.req.query("changed") !== undefined;
      const me = findUser(db, view.viewer, view.viewer.id);
      return c.html(<Account view={view} me={me} kept={kept()} state={EMPTY_FORM} changed={changed} />);
    })
    .post("/account/preferences", async (c) => {
      const view = viewOf(c, deps);
      const values = await formValues(c.req);
      const { locale, timeZone, density } = values;
      const done = await attempt(values, () =>
        keepPreferences(db, view.viewer, {
          locale: given(locale) ?? null,
          timeZone: given(timeZone) ?? null,
          density: density === "compact" || density === "normal" ? density : null,
          singleKeys: values.singleKeys === "on",
        }),
      );
      if (done.ok) return redirectTelling(c, paths.account(), { text: "Saved." });
      const me = findUser(db, view.viewer, view.viewer.id);
      return c.html(
        <Account view={view} me={me} kept={kept()} state={EMPTY_FORM} reading={done.state} changed={false} />,
        422,
      );
    })
    .post("/account/password", async (c) => {
      const view = viewOf(c, deps);
      const values = await formValues(c.req);
      const { old = "", password = "" } = values;
      const done = await attempt(values, () =>
        changeOwnPassword(deps, view.viewer, { old, password }, view.now),
      );
      if (!done.ok) {
        // Passwords are not sent back to the page.
        const state = { ...done.state, values: {} };
        const me = findUser(db, view.viewer, view.viewer.id);
        return c.html(<Account view={view} me={me} kept={kept()} state={state} changed={false} />, 422);
      }
      // Every session of the old password has ended, this one too: it goes on under the new one.
      const again = await signIn(deps, { email: done.result.email, password, request: c.req.raw });
      if (!again.ok) return c.redirect(paths.signIn(paths.account()), 303);
      for (const cookie of again.setCookie) c.header("set-cookie", cookie, { append: true });
      return c.redirect(`${paths.account()}?changed`, 303);
    });
}

function Account(props: {
  view: View;
  me: UserRow;
  kept: Preferences;
  state: FormState;
  reading?: FormState;
  changed: boolean;
}) {
  const { view, me, state } = props;
  return (
    <Page view={view} title="Your account">
      <div class="top">
        <div class="lead">
          <h1>Your account</h1>
          <p>{me.name}</p>
        </div>
      </div>
      {props.changed ? (
        <p class="strip-note" role="status">
          <b>Your password has changed.</b>
          <span class="mut">You were signed out everywhere else.</span>
        </p>
      ) : null}
      <div class="grid g-main">
        <PreferencesPanel view={view} kept={props.kept} state={props.reading ?? EMPTY_FORM} />
        <div class="col">
          <Panel id="password" title="Change your password">
            <form class="in form" method="post" action={paths.ownPassword()}>
              <FormError text={state.form} />
              <input type="hidden" name="username" value={me.email} autocomplete="username" />
              <Field
                name="old"
                label="Old password"
                error={state.errors.old}
                control={(attributes) => (
                  <input
                    class="text"
                    type="password"
                    autocomplete="current-password"
                    required
                    maxlength={MAX_PASSWORD}
                    {...attributes}
                  />
                )}
              />
              <Field
                name="password"
                label="New password"
                hint={`At least ${MIN_PASSWORD} characters. Several words are easier to keep than signs.`}
                error={state.errors.password}
                control={(attributes) => (
                  <input
                    class="text"
                    type="password"
                    autocomplete="new-password"
                    required
                    minlength={MIN_PASSWORD}
                    maxlength={MAX_PASSWORD}
                    {...attributes}
                  />
                )}
              />
              <div class="acts">
                <button class="btn p" type="submit" data-busy="Changing it…">
                  Change the password
                </button>
              </div>
            </form>
          </Panel>
          <Panel id="me" title="You">
            <div class="in">
              <Facts
                items={[
                  ["E-mail", me.email],
                  ["Role", ROLE_WORDS[me.role]],
                  me.customerName ? ["Customer", me.customerName] : null,
                ]}
              />
            </div>
          </Panel>
        </div>
      </div>
    </Page>
  );
}

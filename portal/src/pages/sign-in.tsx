import { Hono } from "hono";
import { setCookie } from "hono/cookie";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { paths, safeNext } from "../paths.ts";
import { needsFirstAdministrator } from "../sign-in/first-administrator.ts";
import { signIn, signOut, viewerOf } from "../sign-in/session.ts";
import { Brand } from "../views/icons.tsx";
import { Document } from "../views/layout.tsx";
import { Field, FormError } from "../views/parts.tsx";
import { formValues } from "./form.ts";
import { THEME_COOKIE, themeOf } from "./view-of.ts";

const YEAR_S = 365 * 86_400;

export function signInPages(deps: PortalDeps): Hono<PortalEnv> {
  return new Hono<PortalEnv>()
    .get("/sign-in", async (c) => {
      const next = safeNext(c.req.query("next"));
      if (await viewerOf(deps, c.req.raw)) return c.redirect(next, 303);
      return c.html(
        <SignIn theme={themeOf(c)} next={next} email="" first={needsFirstAdministrator(deps.db)} />,
      );
    })
    .post("/sign-in", async (c) => {
      const values = await formValues(c.req);
      const { email = "", password = "" } = values;
      const next = safeNext(values.next);
      const done = await signIn(deps, { email, password, request: c.req.raw });
      if (!done.ok) {
        const first = needsFirstAdministrator(deps.db);
        const page = (
          <SignIn theme={themeOf(c)} next={next} email={email} error={done.reason} first={first} />
        );
        return c.html(page, done.status === 429 ? 429 : 401);
      }
      for (const cookie of done.setCookie) c.header("set-cookie", cookie, { append: true });
      return c.redirect(next, 303);
    })
    .post("/sign-out", async (c) => {
      for (const cookie of await signOut(deps, c.req.raw)) c.header("set-cookie", cookie, { append: true });
      return c.redirect(paths.signIn(), 303);
    })
    .post("/theme", async (c) => {
      const { theme, next } = await formValues(c.req);
      const known = theme === "light" || theme === "dark";
      setCookie(c, THEME_COOKIE, known ? theme : "", {
        path: "/",
        sameSite: "Lax",
        maxAge: known ? YEAR_S : 0,
      });
      return c.redirect(safeNext(next), 303);
    });
}

function SignIn(props: {
  theme: "light" | "dark" | null;
  next: string;
  email: string;
  error?: string;
  first: boolean;
}) {
  return (
    <Document title="Sign in · Millwright" theme={props.theme} body="signin">
      <main id="main">
        <Brand />
        <h1>Sign in</h1>
        {props.first ? (
          <p class="strip-note">
            Nobody can sign in yet. Stop Millwright, set ADMIN_EMAIL and ADMIN_PASSWORD (at least 12
            characters), and start it again: the first administrator is made from them.
          </p>
        ) : null}
        <form class="form" method="post" action={paths.signIn()}>
          <FormError text={props.error} />
          <input type="hidden" name="next" value={props.next} />
          <Field
            name="email"
            label="E-mail"
            control={(attributes) => (
              <input
                class="text"
                type="email"
                autocomplete="username"
                required
                autofocus={!props.email}
                value={props.email}
                {...attributes}
              />
            )}
          />
          <Field
            name="password"
            label="Password"
            control={(attributes) => (
              <input
                class="text"
                type="password"
                autocomplete="current-password"
                required
                autofocus={Boolean(props.email)}
                {...attributes}
              />
            )}
          />
          <button class="btn p" type="submit" data-busy="Signing in…">
            Sign in
          </button>
        </form>
      </main>
    </Document>
  );
}

import { html } from "hono/html";
import type { Child } from "hono/jsx";
import { isAdministrator, isStaff, type Viewer } from "../access/viewer.ts";
import { paths } from "../paths.ts";
import type { Counts } from "../read/rows.ts";
import type { SavedView } from "../read/saved-views.ts";
import type { Outage } from "../ready.ts";
import { assets } from "./assets.ts";
import { Brand, Icon } from "./icons.tsx";
import { readerLocale } from "./locale.ts";
import { CUSTOMER, Links, SETUP, STAFF, sectionOf } from "./navigation.tsx";
import { OutageStrip } from "./outage.tsx";
import type { Reading } from "./parts.tsx";
import { RailViews } from "./saved-views.tsx";
import { full } from "./time.ts";
import { type Notice, Toasts } from "./toast.tsx";

/** What a page knows about the one who reads it. */
export type View = Reading & {
  viewer: Viewer;
  counts: Counts;
  outage?: Outage | null;
  /** What the last press did. */
  notice?: Notice | null;
  savedViews?: readonly SavedView[];
  theme: "light" | "dark" | null;
  /** false: single letters do nothing. */
  singleKeys?: boolean;
  density?: "compact" | "normal" | null;
  /** Path of the request, for the navigation and for coming back. */
  path: string;
  /** Shown for the customer's own people. */
  customerName: string | null;
};

type PageProps = {
  view: View;
  title: string;
  /** Assets whose live events this page listens to. */
  live?: readonly string[];
  chart?: boolean;
  children?: Child;
};

const ROLE_WORDS = {
  administrator: "Administrator",
  engineer: "Field engineer",
  owner: "Owner",
  viewer: "Viewer",
};

function Find({ label }: { label: string }) {
  return (
    <search>
      <mw-search data-suggest={paths.suggest()}>
        <form class="find" action={paths.search()} method="get">
          <Icon name="search" />
          <input type="search" name="q" aria-label={label} placeholder={label} data-key="/" />
          <span class="kbd">/</span>
        </form>
      </mw-search>
    </search>
  );
}

function LiveState() {
  return (
    <span class="live" data-live-state="" role="status">
      <i />
      <span>Live</span>
    </span>
  );
}

const THEMES = [
  ["system", "System"],
  ["light", "Light"],
  ["dark", "Dark"],
] as const;

/** Theme and sign-out work as plain forms; the theme is a cookie, so that the first byte is already right. */
function Account({ view }: { view: View }) {
  return (
    <>
      <form method="post" action={paths.theme()} class="themes">
        <fieldset>
          <legend class="vh">Theme</legend>
          <input type="hidden" name="next" value={view.path} />
          {THEMES.map(([theme, word]) => (
            <button
              class="linkish"
              name="theme"
              value={theme}
              type="submit"
              aria-pressed={(view.theme ?? "system") === theme ? "true" : "false"}
            >
              {word}
            </button>
          ))}
        </fieldset>
      </form>
      <form method="post" action={paths.signOut()}>
        <button class="linkish" type="submit">
          Sign out
        </button>
      </form>
    </>
  );
}

export function Page({ view, title, live, chart, children }: PageProps) {
  const staff = isStaff(view.viewer);
  const items = staff ? STAFF(view.counts) : CUSTOMER(view.counts);
  const setup = staff ? SETUP(isAdministrator(view.viewer)) : [];
  const role = ROLE_WORDS[view.viewer.role];
  const top = (
    <header class="mtop">
      <a href={paths.home()} class="q" aria-label="Millwright, home">
        <Brand />
      </a>
      <div class="r">
        <a href={paths.search()} aria-label="Search">
          <Icon name="search" />
        </a>
        <details class="menu">
          <summary aria-label={`Menu and account of ${view.viewer.name}`}>
            <Icon name="person" />
          </summary>
          <div>
            <a href={paths.account()}>
              {view.viewer.name} · {role}
            </a>
            {setup.map((item) => (
              <a href={item.href}>{item.label}</a>
            ))}
            <Account view={view} />
          </div>
        </details>
      </div>
    </header>
  );
  const main = (
    <main id="main" tabindex={-1}>
      <Toasts notice={view.notice} path={view.path} />
      <OutageStrip outage={view.outage} reading={view} />
      <p class="strip-note" data-live-lost="" role="status" hidden>
        <b data-live-lost-text="">Not live.</b>
        <span class="mut">Trying again.</span>
        <a href={view.path}>Reload</a>
      </p>
      <p class="strip-note" data-changed-note="" role="status" hidden>
        <b>Something on this page has changed.</b>
        <a href={view.path}>Show it</a>
      </p>
      {children}
      <p class="print-foot">
        {view.customerName ? `${view.customerName} · ` : ""}
        {title} · printed {full(view.now, view.zone)} by {view.viewer.name}
      </p>
    </main>
  );
  return (
    <Document
      title={`${title} · Millwright`}
      theme={view.theme}
      body={staff ? "eng" : "cust"}
      chart={chart}
      live={live}
      singleKeys={view.singleKeys}
      density={view.density}
    >
      {top}
      {staff ? (
        <div class="app">
          <aside class="rail" aria-label="Millwright">
            <a href={paths.home()} class="q" aria-label="Millwright, home">
              <Brand />
            </a>
            <Find label="Search" />
            <nav aria-label="Main" data-region="nav">
              <Links items={items} path={view.path} />
            </nav>
            <RailViews views={view.savedViews ?? []} path={view.path} />
            <h2 id="nav-setup">Setup</h2>
            <nav aria-labelledby="nav-setup">
              <Links items={setup} path={view.path} />
            </nav>
            <div class="foot">
              {live?.length ? <LiveState /> : null}
              <a class="q" href={paths.account()} title="Your account">
                {view.viewer.name} · {role}
              </a>
              <div class="foot-acts">
                <Account view={view} />
              </div>
            </div>
          </aside>
          {main}
        </div>
      ) : (
        <>
          <header class="bar">
            <a href={paths.home()} class="q" aria-label="Millwright, home">
              <Brand />
            </a>
            <nav aria-label="Main">
              {items.map((item) => (
                <a href={item.href} aria-current={sectionOf(view.path) === item.href ? "page" : undefined}>
                  {item.label}
                </a>
              ))}
            </nav>
            <Find label="Search" />
            <div class="who-am-i">
              <a class="q" href={paths.account()} title={`Your account, ${view.viewer.name}`}>
                {view.customerName ? `${view.customerName} · ` : ""}
                {role.toLowerCase()}
              </a>
              <Account view={view} />
            </div>
          </header>
          {main}
        </>
      )}
      <nav class="tabbar" aria-label="Main, small screen">
        <Links items={items.slice(0, 5)} path={view.path} />
      </nav>
    </Document>
  );
}

export function Document(props: {
  title: string;
  theme: "light" | "dark" | null;
  body: string;
  chart?: boolean | undefined;
  live?: readonly string[] | undefined;
  singleKeys?: boolean | undefined;
  density?: "compact" | "normal" | null | undefined;
  children?: Child;
}) {
  const files = assets();
  return html`<!doctype html>${(
    <html lang="en" data-theme={props.theme ?? undefined} data-locale={readerLocale()}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{props.title}</title>
        <link rel="icon" href="data:," />
        <link rel="preload" href={paths.static(files.font)} as="font" type="font/woff2" crossorigin="" />
        <link rel="stylesheet" href={paths.static(files.css)} />
        <script type="module" src={paths.static(files.script.main)} />
        {props.chart ? <script type="module" src={paths.static(files.script.chart)} /> : null}
      </head>
      <body
        class={props.body}
        data-live={props.live?.length ? paths.live(props.live) : undefined}
        data-keys={props.singleKeys === false ? "off" : undefined}
        data-density={props.density ?? undefined}
      >
        <a class="skip" href="#main">
          Skip to content
        </a>
        {props.children}
      </body>
    </html>
  )}`;
}

import type { Child } from "hono/jsx";
import { paths, withQuery } from "../paths.ts";
import { Document } from "../views/layout.tsx";
import { GROUPS, type Group } from "./groups.tsx";
import { SCENES, WHO } from "./scenes.ts";

type Theme = "light" | "dark" | null;

/** Pages of the product worth opening in each scene; the rest is reached from there. */
export const PAGES = [
  ["Home", paths.home()],
  ["Fleet", paths.fleet()],
  ["Alarms", paths.alarms()],
  ["Tickets", paths.tickets()],
  ["Customers", paths.customers()],
  ["Devices", paths.devices()],
  ["Models", paths.models()],
  ["Rejected messages", paths.rejected()],
  ["Users", paths.users()],
  ["API keys", paths.keys()],
  ["Audit", paths.audit()],
  ["Account", paths.account()],
  ["New machine (form)", paths.newAsset()],
  ["Not found", "/nothing-here"],
  ["Not allowed", "/broken/unauthorized"],
  ["Conflict", "/broken/conflict"],
  ["Unavailable", "/broken/unavailable"],
  ["Fault", "/broken/internal"],
] as const;

function Frame(props: { title: string; theme: Theme; print?: boolean; children?: Child }) {
  return (
    <Document title={`${props.title} · Gallery`} theme={props.theme} body="eng">
      <link rel="stylesheet" href={props.print ? "/gallery/states.css?print" : "/gallery/states.css"} />
      <main id="main" class="g-page" tabindex={-1}>
        {props.children}
      </main>
    </Document>
  );
}

export function Index({ theme }: { theme: Theme }) {
  return (
    <Frame title="Gallery" theme={theme}>
      <div class="top">
        <div class="lead">
          <h1>Gallery</h1>
          <p>Every view with canned data. Nothing here reaches a machine.</p>
        </div>
        <Themes path="/gallery" />
      </div>
      <section class="pan g-group" aria-labelledby="g-parts">
        <header>
          <h2 id="g-parts">Parts</h2>
        </header>
        <ul class="in">
          {GROUPS.map((group) => (
            <li>
              <a href={`/gallery/parts/${group.id}`}>{group.title}</a>{" "}
              <span class="sm dim m">{group.file}</span>
            </li>
          ))}
        </ul>
      </section>
      {Object.entries(SCENES).map(([scene, what]) => (
        <section class="pan g-group" aria-labelledby={`g-${scene}`}>
          <header>
            <h2 id={`g-${scene}`}>Whole pages, {scene}</h2>
            <span class="aside">{what}</span>
          </header>
          <div class="tw">
            <table>
              <caption class="vh">Pages of the scene {scene}, by who looks</caption>
              <thead>
                <tr>
                  <th scope="col">Page</th>
                  {WHO.map((who) => (
                    <th scope="col">{who}</th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {PAGES.map(([label, to]) => (
                  <tr>
                    <th scope="row">{label}</th>
                    {WHO.map((who) => (
                      <td>
                        <ShowLinks scene={scene} who={who} to={to} label={label} />
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      ))}
    </Frame>
  );
}

function ShowLinks({ scene, who, to, label }: { scene: string; who: string; to: string; label: string }) {
  return (
    <>
      {(["light", "dark"] as const).map((theme) => (
        <>
          <a class="g-show" href={withQuery(`/gallery/show/${scene}/${who}`, { to, theme })}>
            {theme}
            <span class="vh">
              : {label}, {who}, {scene}
            </span>
          </a>{" "}
        </>
      ))}
    </>
  );
}

function Themes({ path }: { path: string }) {
  return (
    <nav class="g-nav" aria-label="Theme and medium">
      <a href={`${path}?theme=light`}>Light</a>
      <a href={`${path}?theme=dark`}>Dark</a>
      {path === "/gallery" ? null : <a href={`${path}?print`}>Print</a>}
    </nav>
  );
}

export function GroupPage({ group, theme, print }: { group: Group; theme: Theme; print: boolean }) {
  return (
    <Frame title={group.title} theme={print ? "light" : theme} print={print}>
      <nav class="g-nav" aria-label="Parts">
        <a href="/gallery">Gallery</a>
        {GROUPS.map((each) => (
          <a href={`/gallery/parts/${each.id}`} aria-current={each.id === group.id ? "page" : undefined}>
            {each.title}
          </a>
        ))}
      </nav>
      <div class="top">
        <div class="lead">
          <h1>{group.title}</h1>
          <p class="m">{group.file}</p>
        </div>
        <Themes path={`/gallery/parts/${group.id}`} />
      </div>
      <div class="pan">
        {group.states.map(([name, body], i) => (
          <section class="g-state" aria-labelledby={`g-s${i}`}>
            <h2 id={`g-s${i}`}>{name}</h2>
            {body}
          </section>
        ))}
      </div>
    </Frame>
  );
}

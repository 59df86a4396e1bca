import { Hono } from "hono";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { paths } from "../paths.ts";
import { search, wordsOf } from "../read/search.ts";
import { Icon } from "../views/icons.tsx";
import { Page } from "../views/layout.tsx";
import { Empty } from "../views/parts.tsx";
import { Results, Suggestions } from "../views/search-results.tsx";
import { groupsOf } from "./search-groups.ts";
import { viewOf } from "./view-of.ts";

/** Of each kind: as many as a glance takes under the box, more on a page of its own. */
const IN_BOX = 5;
const ON_PAGE = 20;
const LONGEST = 120;

/** One search for everything, on every page. */
export function searchPages(deps: PortalDeps): Hono<PortalEnv> {
  const app = new Hono<PortalEnv>();
  const groups = (viewer: PortalEnv["Variables"]["viewer"], q: string, most: number) =>
    groupsOf(search(deps.db, viewer, q, most), viewer, q);

  app.get(paths.suggest(), (c) => {
    const q = (c.req.query("q") ?? "").slice(0, LONGEST);
    const found = q.trim() ? groups(c.get("viewer"), q, IN_BOX) : [];
    return c.html(<Suggestions groups={found} words={wordsOf(q)} />);
  });

  app.get(paths.search(), (c) => {
    const view = viewOf(c, deps);
    const q = (c.req.query("q") ?? "").slice(0, LONGEST).trim();
    const found = q ? groups(view.viewer, q, ON_PAGE) : [];
    return c.html(
      <Page view={view} title={q ? `Search: ${q}` : "Search"}>
        <div class="top">
          <div class="lead">
            <h1>Search</h1>
            <p>Machines, serial numbers, sites, tickets and tags.</p>
          </div>
        </div>
        <form class="filt" action={paths.search()} method="get" aria-label="Search everything">
          <div class="find">
            <Icon name="search" />
            <input type="search" name="q" value={q} aria-label="Words or numbers" autocomplete="off" />
          </div>
          <button class="btn" type="submit">
            Search
          </button>
        </form>
        {found.length ? (
          <div class="col">
            <Results groups={found} words={wordsOf(q)} />
          </div>
        ) : q ? (
          <section class="pan" aria-label="Nothing found">
            <Empty>
              <p>Nothing has “{q}” in it. A part of a name or the first digits of a number are enough.</p>
              <a class="btn" href={paths.fleet()}>
                Show all machines
              </a>
            </Empty>
          </section>
        ) : null}
      </Page>,
    );
  });
  return app;
}

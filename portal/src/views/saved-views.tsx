import { paths } from "../paths.ts";
import type { SavedView, ViewPage } from "../read/saved-views.ts";
import { formatNumber } from "./number.ts";

export type ViewTab = SavedView & {
  /** How many rows it finds now; null = not counted. */
  count: number | null;
  mayChange: boolean;
};

const PATH: Record<ViewPage, () => string> = {
  fleet: paths.fleet,
  alarms: paths.alarms,
  tickets: paths.tickets,
};

/** The list with the view's filter; `view` keeps the tab while the filter is changed. */
export const viewHref = (view: Pick<SavedView, "id" | "page" | "query">): string =>
  `${PATH[view.page]()}?${view.query}${view.query ? "&" : ""}view=${view.id}`;

/**
 * Tabs above a list's filter: everything, then the saved views. Works with plain links and forms; one component for
 * every list that has a filter in its address.
 */
export function SavedViews(props: {
  page: ViewPage;
  /** The tab without a filter: "All machines". */
  all: string;
  views: readonly ViewTab[];
  /** The list's query now, canonical, without the view, and the view it began with. */
  query: string;
  viewId: string | null;
  mayTeam: boolean;
}) {
  const { views, query, page } = props;
  const base = PATH[page]();
  const current =
    views.find((view) => view.id === props.viewId) ?? views.find((view) => view.query === query && query);
  const isChanged = current !== undefined && current.query !== query;
  return (
    <div class="views" data-part="views" data-region="views">
      <nav class="tabs" aria-label="Views of this list">
        <a href={base} aria-current={!current && !query ? "page" : undefined} data-in-place="">
          {props.all}
        </a>
        {views.map((view) => (
          <a
            href={viewHref(view)}
            aria-current={view === current ? "page" : undefined}
            title={view.team ? `Team view by ${view.authorName}` : undefined}
            data-in-place=""
          >
            {view.name}
            {view.count === null ? null : <b>{formatNumber(view.count, 0)}</b>}
          </a>
        ))}
      </nav>
      <div class="views-acts">
        {current && isChanged ? (
          <>
            {current.mayChange ? (
              <form method="post" action={paths.changeView(current.id)}>
                <input type="hidden" name="query" value={query} />
                <button class="btn s" type="submit">
                  Save
                </button>
              </form>
            ) : null}
            <a class="btn s" href={viewHref(current)} data-in-place="">
              Reset
            </a>
          </>
        ) : null}
        {query && (!current || isChanged) ? (
          <NewView page={page} query={query} mayTeam={props.mayTeam} />
        ) : null}
        {current?.mayChange && !isChanged ? <EditView view={current} mayTeam={props.mayTeam} /> : null}
      </div>
    </div>
  );
}

function NewView({ page, query, mayTeam }: { page: ViewPage; query: string; mayTeam: boolean }) {
  return (
    <details class="pop">
      <summary class="btn s">Save this view</summary>
      <div>
        <form class="form" method="post" action={paths.views()}>
          <input type="hidden" name="page" value={page} />
          <input type="hidden" name="query" value={query} />
          <NameAndTeam name="" team={false} mayTeam={mayTeam} />
          <button class="btn p" type="submit">
            Save view
          </button>
        </form>
      </div>
    </details>
  );
}

function EditView({ view, mayTeam }: { view: ViewTab; mayTeam: boolean }) {
  return (
    <details class="pop">
      <summary class="btn s">Edit view</summary>
      <div>
        <form class="form" method="post" action={paths.changeView(view.id)}>
          <NameAndTeam name={view.name} team={view.team} mayTeam={mayTeam} />
          <button class="btn p" type="submit">
            Save
          </button>
        </form>
        <form method="post" action={paths.deleteView(view.id)}>
          <button class="btn" type="submit">
            Delete view
          </button>
        </form>
      </div>
    </details>
  );
}

function NameAndTeam({ name, team, mayTeam }: { name: string; team: boolean; mayTeam: boolean }) {
  return (
    <>
      <div class="field">
        <label for="view-name">Name of the view</label>
        <input
          class="text"
          id="view-name"
          name="name"
          value={name}
          required
          maxlength={60}
          autocomplete="off"
        />
      </div>
      {mayTeam ? (
        <fieldset class="choices">
          <legend class="vh">Who sees it</legend>
          <label class="choice">
            <input type="radio" name="team" value="no" checked={!team} /> Only me
          </label>
          <label class="choice">
            <input type="radio" name="team" value="yes" checked={team} /> My team
          </label>
        </fieldset>
      ) : null}
    </>
  );
}

/** The views beside the navigation; their counts come after the page (browser/filter.ts), which does not wait for them. */
export function RailViews({ views, path }: { views: readonly SavedView[]; path: string }) {
  if (views.length === 0) return null;
  return (
    <>
      <h2 id="nav-views">Saved views</h2>
      <nav aria-labelledby="nav-views" data-region="rail-views" data-view-counts={paths.viewCounts()}>
        {views.map((view) => (
          <a href={viewHref(view)} aria-current={viewHref(view) === path ? "page" : undefined}>
            <span class="ell">{view.name}</span>
            <b data-view-count={view.id} />
          </a>
        ))}
      </nav>
    </>
  );
}

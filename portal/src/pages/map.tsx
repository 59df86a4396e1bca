import { Hono } from "hono";
import { isStaff } from "../access/viewer.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { isInView, type MapSite, type Pill, pillsOf } from "../map/fleet-map.ts";
import { type Frame, frameAround, frameFrom, MAX_ZOOM, MIN_ZOOM, queryOf, zoomed } from "../map/frame.ts";
import { paths } from "../paths.ts";
import { fleetOf } from "../read/fleet-index.ts";
import { sitePlaces } from "../read/map.ts";
import { Page, type View } from "../views/layout.tsx";
import { MapPicture } from "../views/map.tsx";
import { count } from "../views/number.ts";
import { Empty, TelemetryDown } from "../views/parts.tsx";
import { type FleetRow, isNarrow, matches, parseFleet } from "./fleet-filter.ts";
import { fleetNow } from "./fleet-now.ts";
import { MachinesHere, type Unplaced, WithoutPlace } from "./map-list.tsx";
import { LIVE_ASSETS, viewOf } from "./view-of.ts";

/** The picture is drawn for this size and stretches with the page; see css/map.css for the same proportion. */
const SIZE = { width: 800, height: 560 };
const stateOf = (row: FleetRow) => row.condition.state;

/** "Where?" The fleet as a map, beside the list of what is abnormal in it. The address holds filter, place and zoom. */
export function mapPages(deps: PortalDeps): Hono<PortalEnv> {
  return new Hono<PortalEnv>().get("/fleet", async (c, next) => {
    if (c.req.query("view") !== "map") return next();
    const view = viewOf(c, deps);
    const address = new URL(c.req.url).searchParams;
    const { filter } = parseFleet(address);
    const now = await fleetNow(deps, fleetOf(deps.db, view.viewer));
    const rows = isNarrow(filter) ? now.rows.filter((row) => matches(row, filter)) : now.rows;
    const { sites, unplaced } = mapSites(deps, view, rows);
    const frame =
      frameFrom({ at: address.get("at") ?? undefined, z: address.get("z") ?? undefined }, SIZE) ??
      frameAround(
        sites.map((site) => site.place),
        SIZE,
      );
    // How wide the picture really is, told by the script of a narrow screen: pills are joined for that size.
    const width = Number(address.get("w"));
    const scale = width >= 200 && width < SIZE.width ? SIZE.width / width : 1;
    const pills = pillsOf(sites, stateOf, frame, scale);
    return c.html(
      <MapPage
        view={view}
        address={address}
        narrow={isNarrow(filter)}
        live={now.live}
        total={rows.length}
        frame={frame}
        pills={pills}
        unplaced={unplaced}
      />,
    );
  });
}

/** Machines by site; those of a site whose place nobody has said stand apart. */
export function mapSites(
  { db }: Pick<PortalDeps, "db">,
  { viewer }: Pick<View, "viewer">,
  rows: readonly FleetRow[],
): { sites: MapSite<FleetRow>[]; unplaced: Unplaced[] } {
  const rowsBySite = new Map<string, FleetRow[]>();
  for (const row of rows) {
    const { siteId } = row.entry.asset;
    const group = rowsBySite.get(siteId);
    if (group) group.push(row);
    else rowsBySite.set(siteId, [row]);
  }
  const sites: MapSite<FleetRow>[] = [];
  const unplaced: Unplaced[] = [];
  for (const { latitude, longitude, ...site } of sitePlaces(db, viewer)) {
    const machines = rowsBySite.get(site.id);
    if (!machines) continue;
    if (latitude === null || longitude === null) unplaced.push({ ...site, machines });
    else sites.push({ ...site, place: { latitude, longitude }, machines });
  }
  return { sites, unplaced };
}

/** The same page with other words in its address. */
function addressWith(address: URLSearchParams, change: Record<string, string | null>): string {
  const next = new URLSearchParams(address);
  for (const [name, value] of Object.entries({ w: null, ...change })) {
    if (value === null) next.delete(name);
    else next.set(name, value);
  }
  return `${paths.fleet()}?${next}`;
}

function MapPage(props: {
  view: View;
  address: URLSearchParams;
  narrow: boolean;
  live: boolean;
  total: number;
  frame: Frame;
  pills: Pill<FleetRow>[];
  unplaced: Unplaced[];
}) {
  const { view, address, frame, pills } = props;
  const title = isStaff(view.viewer) ? "Fleet" : "Machines";
  const inView = pills.filter((pill) => isInView(pill, frame));
  const rows = inView.flatMap((pill) => pill.sites.flatMap((site) => [...site.machines]));
  const here = inView.find((pill) => pill.id === address.get("here"));
  const to = (next: Frame) => addressWith(address, { ...queryOf(next), here: null });
  const sites = new Set(pills.flatMap((pill) => pill.sites.map((site) => site.id))).size;
  return (
    <Page view={view} title={`${title}, map`} live={rows.slice(0, LIVE_ASSETS).map((r) => r.entry.asset.id)}>
      <div class="top">
        <div class="lead">
          <h1>{title}</h1>
          <p>
            {count(props.total, "machine")}
            {props.narrow ? " in this filter" : ""} at {count(sites + props.unplaced.length, "site")}
          </p>
        </div>
        <div class="acts">
          <FleetTabs query={address} map />
        </div>
      </div>
      {props.live ? null : <TelemetryDown />}
      {props.narrow ? (
        <p class="filt">
          <a href={addressWith(address, { view: null, at: null, z: null, here: null })}>Change the filter</a>
          <a href={paths.fleet({ view: "map" })}>Clear all</a>
        </p>
      ) : null}
      <div class="pan mapped" data-map-page="">
        <mw-map
          class="map-frame"
          role="group"
          aria-label="Map. Arrow keys move it, plus and minus zoom."
          tabindex={0}
          data-latitude={frame.centre.latitude}
          data-longitude={frame.centre.longitude}
          data-zoom={frame.zoom}
          data-width={SIZE.width}
          data-least-zoom={MIN_ZOOM}
          data-most-zoom={MAX_ZOOM}
        >
          <MapPicture
            frame={frame}
            pills={pills}
            hrefOf={(pill) => (pill.into ? to(pill.into) : addressWith(address, { here: pill.id }))}
            label={`${count(rows.length, "machine")} in view`}
            movable
            here={here?.id}
          />
          <div class="map-zoom">
            <a class="btn" href={to(zoomed(frame, 1))} aria-label="Zoom in" data-map-zoom="1">
              +
            </a>
            <a class="btn" href={to(zoomed(frame, -1))} aria-label="Zoom out" data-map-zoom="-1">
              −
            </a>
            <a class="btn" href={addressWith(address, { at: null, z: null, here: null })} data-map-all="">
              All
            </a>
          </div>
          {pills.length ? null : (
            <div class="map-none">
              <Empty>
                <p>
                  {props.total
                    ? "No machine of these has a place on the map."
                    : "There is no machine to show."}
                </p>
              </Empty>
            </div>
          )}
        </mw-map>
        <MachinesHere
          view={view}
          rows={rows}
          here={here}
          back={addressWith(address, { here: null })}
          elsewhere={props.total - rows.length}
        />
      </div>
      <WithoutPlace view={view} unplaced={props.unplaced} />
    </Page>
  );
}

/** The same machines as a table or on the map. */
export function FleetTabs({ query, map }: { query: URLSearchParams; map: boolean }) {
  const table = new URLSearchParams(query);
  for (const name of ["view", "at", "z", "w", "here"]) table.delete(name);
  const mapped = new URLSearchParams(table);
  for (const name of ["page", "sort"]) mapped.delete(name);
  mapped.set("view", "map");
  return (
    <nav class="seg" aria-label="Show as" data-map-tabs="">
      <a href={`${paths.fleet()}${table.size ? `?${table}` : ""}`} aria-current={map ? undefined : "page"}>
        Table
      </a>
      <a href={`${paths.fleet()}?${mapped}`} aria-current={map ? "page" : undefined}>
        Map
      </a>
    </nav>
  );
}

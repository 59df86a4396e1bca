import { isInView, pillsOf } from "../map/fleet-map.ts";
import { frameAround, queryOf } from "../map/frame.ts";
import { paths } from "../paths.ts";
import { MapPicture } from "../views/map.tsx";
import { count, formatNumber } from "../views/number.ts";
import { Empty, Panel, type Reading } from "../views/parts.tsx";
import { ASSET_SIGNS, ASSET_STATES, AssetSign, type AssetState } from "../views/status.tsx";
import { Why } from "../views/why.tsx";
import type { FleetRow } from "./fleet-filter.ts";
import type { mapSites } from "./map.tsx";
import { whyFleet } from "./state-why.tsx";

export function countStates(rows: readonly FleetRow[]): [AssetState, number][] {
  const countByState = new Map<AssetState, number>();
  for (const { condition } of rows) {
    countByState.set(condition.state, (countByState.get(condition.state) ?? 0) + 1);
  }
  return ASSET_STATES.map((state) => [state, countByState.get(state) ?? 0]);
}

/** A bar and seven words, each a list. */
export function FleetByState(props: { rows: readonly FleetRow[]; live: boolean; reading: Reading }) {
  const counts = countStates(props.rows);
  return (
    <Panel
      id="states"
      title="Fleet by state"
      region
      aside={
        <Why reasons={whyFleet(props.rows.length, props.live, counts)} reading={props.reading} left>
          {count(props.rows.length, "machine")}
        </Why>
      }
    >
      <div class="in">
        <StateBar counts={counts} />
        <ul class="fl">
          {counts.map(([state, n]) => (
            <li class={n ? "" : "none"}>
              <a href={paths.fleet({ state })}>
                <AssetSign state={state} />
              </a>
              <span>{formatNumber(n, 0)}</span>
            </li>
          ))}
        </ul>
      </div>
    </Panel>
  );
}

const FILL: Record<AssetState, string> = {
  failure: "var(--f)",
  check: "var(--c)",
  "out-of-spec": "var(--s)",
  maintenance: "var(--m)",
  unknown: "var(--line-strong)",
  stopped: "var(--mode-run)",
  normal: "var(--mode-idle)",
};

/** A bar of all machines, each state at least 1 % wide so that one failure among a thousand is seen. */
function StateBar({ counts }: { counts: [AssetState, number][] }) {
  const present = counts.filter(([, n]) => n > 0).reverse();
  const total = present.reduce((sum, [, n]) => sum + n, 0);
  if (!total) return null;
  const widths = present.map(([, n]) => Math.max(1, (n / total) * 100));
  const scale = 100 / widths.reduce((a, b) => a + b, 0);
  const label = [...present]
    .reverse()
    .map(([state, n]) => `${ASSET_SIGNS[state].word} ${n}`)
    .join(", ");
  return (
    <svg class="bartot" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label={label}>
      {present.map(([state], i) => {
        const x = widths.slice(0, i).reduce((a, b) => a + b, 0) * scale;
        return (
          <rect x={x} y="0" width={Math.max(0.4, widths[i]! * scale - 0.4)} height="10" fill={FILL[state]} />
        );
      })}
    </svg>
  );
}

/** As in css/map.css. */
const SIZE = { width: 344, height: 270 };

/** Where the machines are, small; every pill leads to the large map. */
export function Where({ sites, unplaced }: ReturnType<typeof mapSites>) {
  const frame = frameAround(
    sites.map((site) => site.place),
    SIZE,
  );
  const pills = pillsOf(sites, (row) => row.condition.state, frame).filter((pill) => isInView(pill, frame));
  const missing = unplaced.reduce((sum, site) => sum + site.machines.length, 0);
  return (
    <Panel id="where" title="Where" aside={<a href={paths.fleet({ view: "map" })}>Open map</a>} region>
      {pills.length ? (
        <div class="map-small">
          <MapPicture
            frame={frame}
            pills={pills}
            hrefOf={(pill) =>
              pill.into
                ? paths.fleet({ view: "map", ...queryOf(pill.into) })
                : paths.fleet({ view: "map", here: pill.id })
            }
            label={`Map of ${count(
              pills.reduce((sum, pill) => sum + pill.count, 0),
              "machine",
            )}`}
          />
        </div>
      ) : (
        <Empty>
          <p>No site has a place on the map yet.</p>
        </Empty>
      )}
      {missing ? (
        <p class="more">
          <a href={paths.fleet({ view: "map" })}>{count(missing, "machine")} without a place</a>
        </p>
      ) : null}
    </Panel>
  );
}

import { ASSET_STATES, type AssetState, byState } from "../views/status.tsx";
import { type Cluster, clustersOf, type Spot } from "./cluster.ts";
import { type Frame, frameAround, MAX_ZOOM, pixelOf, worldOf, zoomed } from "./frame.ts";
import { type Place, type Point, project, unproject } from "./mercator.ts";

/** A site and the machines on it, of which the reader sees `machines`. */
export type MapSite<M> = {
  id: string;
  name: string;
  customerName: string;
  place: Place;
  machines: readonly M[];
};

/** One pill: where in the frame (pixels), how many machines, and the worst of them. */
export type Pill<M> = {
  id: string;
  at: Point;
  count: number;
  worst: AssetState;
  /** How many are in each state, worst first. */
  states: readonly (readonly [AssetState, number])[];
  sites: readonly MapSite<M>[];
  /** Where it comes apart; null: all of it stands on one spot. */
  into: Frame | null;
};

/** A pill is about so wide: nearer ones are joined. Pixels as drawn. */
export const PILL_PX = 64;

/**
 * What stands in the frame, joined where it would be drawn over each other. `scale`: how many of the frame's pixels are
 * one pixel of the screen, for a narrow one. The pills of a frame and of the frames around it hold each machine once.
 */
export function pillsOf<M>(
  sites: readonly MapSite<M>[],
  stateOf: (machine: M) => AssetState,
  frame: Frame,
  scale = 1,
): Pill<M>[] {
  const world = worldOf(frame);
  const spots = sites
    .filter((site) => site.machines.length > 0)
    .map((site): Spot<MapSite<M>> => {
      const { x, y } = project(site.place);
      return { id: site.id, at: { x: x * world, y: y * world }, weight: site.machines.length, of: site };
    });
  return clustersOf(spots, PILL_PX * scale)
    .map((cluster) => pillOf(cluster, stateOf, frame))
    .sort((a, b) => byState(a.worst, b.worst) || b.count - a.count || (a.id < b.id ? -1 : 1));
}

export const isInView = ({ at }: Pick<Pill<unknown>, "at">, frame: Frame, beyond = 0): boolean =>
  at.x >= -beyond * frame.width &&
  at.x <= (1 + beyond) * frame.width &&
  at.y >= -beyond * frame.height &&
  at.y <= (1 + beyond) * frame.height;

function pillOf<M>(cluster: Cluster<MapSite<M>>, stateOf: (machine: M) => AssetState, frame: Frame): Pill<M> {
  const world = worldOf(frame);
  const sites = cluster.members.map((member) => member.of);
  const countByState = new Map<AssetState, number>();
  for (const site of sites) {
    for (const machine of site.machines) {
      const state = stateOf(machine);
      countByState.set(state, (countByState.get(state) ?? 0) + 1);
    }
  }
  const states = ASSET_STATES.filter((state) => countByState.has(state)).map(
    (state) => [state, countByState.get(state)!] as const,
  );
  const centre = unproject({ x: cluster.at.x / world, y: cluster.at.y / world });
  return {
    id: cluster.id,
    at: pixelOf(frame, centre),
    count: cluster.weight,
    worst: states[0]![0],
    states,
    sites,
    into: comesApart(sites, frame),
  };
}

/** Closer by at least one step, and around all of its sites. */
function comesApart<M>(sites: readonly MapSite<M>[], frame: Frame): Frame | null {
  const [first, ...others] = sites.map((site) => project(site.place));
  const apart = others.some(
    (at) => Math.hypot(at.x - first!.x, at.y - first!.y) * 256 * 2 ** MAX_ZOOM > PILL_PX,
  );
  if (!apart) return null;
  const around = frameAround(
    sites.map((site) => site.place),
    frame,
  );
  return around.zoom > frame.zoom + 0.5 ? around : zoomed(frame, 1, around.centre);
}

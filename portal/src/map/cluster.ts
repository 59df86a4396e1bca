import type { Point } from "./mercator.ts";

/** What stands at one place. `at` in any unit of length; `weight` is how many machines. */
export type Spot<T> = { id: string; at: Point; weight: number; of: T };
export type Cluster<T> = { id: string; at: Point; weight: number; members: Spot<T>[] };

/**
 * Joins spots nearer than `radius`, so that no two clusters are drawn over each other. It looks at all spots and not at
 * those in view, and begins with the heaviest: a cluster stays what it is while the map is moved. Expects up to some
 * thousand places; the work grows with their number, not with its square (a grid of the radius's cells holds them).
 */
export function clustersOf<T>(spots: readonly Spot<T>[], radius: number): Cluster<T>[] {
  let clusters: Cluster<T>[] = spots.map((spot) => ({
    id: spot.id,
    at: spot.at,
    weight: spot.weight,
    members: [spot],
  }));
  // Joined ones stand elsewhere than their parts, and may have come near to others.
  for (let before = -1; before !== clusters.length; ) {
    before = clusters.length;
    clusters = joined(clusters, radius);
  }
  return clusters.map((cluster) => ({ ...cluster, id: cluster.members.map((m) => m.id).sort()[0]! }));
}

function joined<T>(clusters: readonly Cluster<T>[], radius: number): Cluster<T>[] {
  const order = [...clusters].sort((a, b) => b.weight - a.weight || (a.id < b.id ? -1 : 1));
  const cells = new Map<string, Cluster<T>[]>();
  const cellOf = ({ x, y }: Point) => [Math.floor(x / radius), Math.floor(y / radius)] as const;
  for (const cluster of order) {
    const key = cellOf(cluster.at).join();
    const cell = cells.get(key);
    if (cell) cell.push(cluster);
    else cells.set(key, [cluster]);
  }
  const taken = new Set<Cluster<T>>();
  const result: Cluster<T>[] = [];
  for (const first of order) {
    if (taken.has(first)) continue;
    const group: Cluster<T>[] = [];
    const [cx, cy] = cellOf(first.at);
    for (let x = cx - 1; x <= cx + 1; x++) {
      for (let y = cy - 1; y <= cy + 1; y++) {
        for (const other of cells.get(`${x},${y}`) ?? []) {
          const near = Math.hypot(other.at.x - first.at.x, other.at.y - first.at.y) < radius;
          if (near && !taken.has(other)) group.push(other);
        }
      }
    }
    for (const member of group) taken.add(member);
    result.push(group.length === 1 ? first : merged(first.id, group));
  }
  return result;
}

function merged<T>(id: string, group: readonly Cluster<T>[]): Cluster<T> {
  const weight = group.reduce((sum, c) => sum + c.weight, 0);
  const mean = (pick: (c: Cluster<T>) => number) =>
    // Places without a machine weigh nothing, but stand somewhere.
    weight > 0
      ? group.reduce((sum, c) => sum + pick(c) * c.weight, 0) / weight
      : group.reduce((sum, c) => sum + pick(c), 0) / group.length;
  return {
    id,
    at: { x: mean((c) => c.at.x), y: mean((c) => c.at.y) },
    weight,
    members: group.flatMap((c) => c.members),
  };
}

import type { DoubtSeries } from "./store.ts";

/** Collects counts per tag and bucket, which several devices of one tag share. */
export class DoubtRows {
  readonly #countByTimeByTag = new Map<string, Map<number, number>>();

  add(tag: string, time: number, count: number): void {
    const known = this.#countByTimeByTag.get(tag);
    if (known) known.set(time, (known.get(time) ?? 0) + count);
    else this.#countByTimeByTag.set(tag, new Map([[time, count]]));
  }

  /** By tag, and each in time order. */
  series(): DoubtSeries[] {
    return [...this.#countByTimeByTag]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([tag, countByTime]) => ({
        tag,
        buckets: [...countByTime].sort(([a], [b]) => a - b).map(([time, count]) => ({ time, count })),
      }));
  }
}

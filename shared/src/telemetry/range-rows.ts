import { BucketRow } from "./buckets.ts";
import type { RangeQuery, RangeSeries } from "./store.ts";

/** The rows of one range query: one a tag, or one a device and tag when asked `byDevice`. */
export class RangeRows {
  readonly #byDevice: boolean;
  readonly #rows = new Map<string, { device: string; tag: string; row: BucketRow }>();

  constructor({ byDevice }: Pick<RangeQuery, "byDevice">) {
    this.#byDevice = byDevice === true;
  }

  of({ device, tag }: { device: string; tag: string }): BucketRow {
    const key = this.#byDevice ? JSON.stringify([device, tag]) : tag;
    let found = this.#rows.get(key);
    if (found === undefined) {
      found = { device, tag, row: new BucketRow() };
      this.#rows.set(key, found);
    }
    return found.row;
  }

  /** By tag, then by device. */
  series(): RangeSeries[] {
    return [...this.#rows.values()]
      .map(({ device, tag, row }) => ({ tag, ...(this.#byDevice ? { device } : {}), points: row.points() }))
      .sort((a, b) => compare(a.tag, b.tag) || compare(a.device ?? "", b.device ?? ""));
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

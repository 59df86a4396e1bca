import { expect } from "vitest";
import { bucketWidthMs, HOUR_MS, MINUTE_MS } from "../buckets.ts";
import { type Bucket, type RangeQuery, type RollupStep, SampleBatch, type TelemetryStore } from "../store.ts";

export type Row = { device: string; tag: string; time: number; value: number; grade?: number };

/** A whole UTC day; the rows of these tests lie around it. */
export const DAY = Date.UTC(2026, 2, 10);

export function batchOf(store: TelemetryStore, rows: readonly Row[]): SampleBatch {
  const batch = new SampleBatch(Math.max(1, rows.length));
  for (const row of rows) batch.push(store.series(row.device, row.tag), row.time, row.value, row.grade ?? 0);
  return batch;
}

/** What a store must answer, computed from plain rows: last write wins, bad samples left out. */
export class PlainModel {
  readonly rows = new Map<string, Required<Row>>();

  write(rows: readonly Row[]): void {
    for (const row of rows) this.rows.set(`${row.device} ${row.tag} ${row.time}`, { grade: 0, ...row });
  }

  buckets(from: number, to: number, widthMs: number, wanted: (row: Row) => boolean): Bucket[] {
    const byBucket = new Map<number, Required<Row>[]>();
    for (const row of this.rows.values()) {
      if (!wanted(row) || row.time < from || row.time >= to || row.grade >= 64) continue;
      const start = from + Math.floor((row.time - from) / widthMs) * widthMs;
      byBucket.set(start, [...(byBucket.get(start) ?? []), row]);
    }
    return [...byBucket]
      .sort(([a], [b]) => a - b)
      .map(([time, rows]) => {
        const values = rows.map((row) => row.value);
        const newest = rows.reduce((a, b) =>
          b.time > a.time || (b.time === a.time && b.value > a.value) ? b : a,
        );
        return {
          time,
          min: Math.min(...values),
          max: Math.max(...values),
          mean: values.reduce((sum, value) => sum + value, 0) / values.length,
          last: newest.value,
          count: values.length,
        };
      });
  }

  range(query: RangeQuery): { tag: string; points: Bucket[] }[] {
    const tags = new Set([...this.rows.values()].map((row) => row.tag));
    return [...tags]
      .sort()
      .filter((tag) => query.tags?.includes(tag) ?? true)
      .map((tag) => ({
        tag,
        points: this.buckets(
          query.from,
          query.to,
          bucketWidthMs(query),
          (row) => row.tag === tag && query.devices.includes(row.device),
        ),
      }))
      .filter(({ points }) => points.length > 0);
  }

  rollup(device: string, tag: string, step: RollupStep, from: number, to: number): Bucket[] {
    const width = step === "1m" ? MINUTE_MS : HOUR_MS;
    return this.buckets(from, to, width, (row) => row.device === device && row.tag === tag);
  }

  last() {
    const newest = new Map<string, Required<Row>>();
    for (const row of this.rows.values()) {
      const key = `${row.device} ${row.tag}`;
      if ((newest.get(key)?.time ?? -1) < row.time) newest.set(key, row);
    }
    return [...newest.values()].sort(byName);
  }
}

export const byName = (a: { device: string; tag: string }, b: { device: string; tag: string }): number =>
  `${a.device} ${a.tag}` < `${b.device} ${b.tag}` ? -1 : 1;

export const CUTS: Pick<RangeQuery, "from" | "to" | "buckets">[] = [
  { from: DAY - HOUR_MS, to: DAY + HOUR_MS, buckets: 120 },
  { from: DAY - 12 * HOUR_MS, to: DAY + 12 * HOUR_MS, buckets: 24 },
  { from: DAY - 12 * HOUR_MS, to: DAY + 12 * HOUR_MS, buckets: 1 },
  { from: DAY - 12 * HOUR_MS + 1, to: DAY + 11 * HOUR_MS + 17_003, buckets: 7 },
  { from: DAY - 13 * HOUR_MS - 1234, to: DAY + 13 * HOUR_MS + 777, buckets: 2 },
  { from: DAY + 3, to: DAY + 20 * MINUTE_MS + 1, buckets: 50 },
];

/** Every answer of the store equals the plain computation over the model's rows. */
export async function expectSame(store: TelemetryStore, model: PlainModel): Promise<void> {
  expect((await store.last()).sort(byName)).toEqual(model.last());
  expect((await store.stats()).points).toBe(model.rows.size);
  const devices = ["pump-1", "pump 2,=é"];
  for (const cut of CUTS) {
    for (const some of [devices, [devices[1]!]]) {
      const query = { devices: some, ...cut };
      expect((await store.range(query)).filter(({ points }) => points.length > 0)).toEqual(
        model.range(query),
      );
    }
  }
  for (const step of ["1m", "1h"] as const) {
    const from = DAY - 13 * HOUR_MS;
    const to = DAY + 13 * HOUR_MS;
    expect(await store.rollup({ device: devices[0]!, tag: "flow", step, from, to })).toEqual(
      model.rollup(devices[0]!, "flow", step, from, to),
    );
  }
}

import type { LastValue, SampleBatch, TelemetryStore, WriteResult } from "@millwright/shared/telemetry/store";
import type { Chance } from "./chance.ts";
import type { Owner, VirtualTime } from "./virtual-time.ts";

export type StoreWeather = "up" | "refuses" | "loses the answer" | "hangs" | "half";
export type StoreBug = "offset before points" | "appends every row" | null;

type Point = { device: string; tag: string; time: number; value: number; grade: number };

/**
 * The time-series store as a server that outlives ingest. In bad weather it refuses, takes a batch and loses the answer, takes
 * half of a batch (an engine without transactions: then without the offset), or does not answer until it is up again.
 */
export class StoreServer {
  readonly points = new Map<string, Point>();
  private readonly newest = new Map<string, Point>();
  /** Rows in the store beyond one for each key. */
  doubled = 0;
  through = 0;
  private readonly names: { device: string; tag: string }[] = [];
  private readonly numbers = new Map<string, number>();
  private weather: StoreWeather = "up";
  private hanging: (() => void)[] = [];

  constructor(
    private readonly time: VirtualTime,
    private readonly chance: Chance,
    private readonly bug: StoreBug,
  ) {}

  turn(weather: StoreWeather): void {
    this.weather = weather;
    if (weather === "hangs") return;
    for (const answer of this.hanging.splice(0)) answer();
  }

  /** What the program holds of it: ingest's store port, of which the simulation needs no reading for charts. */
  open(owner: Owner): TelemetryStore {
    return {
      offset: () => this.through,
      series: (device, tag) => this.series(device, tag),
      write: (batch, offset) => this.write(owner, batch, offset),
      last: async () => [...this.newest.values()].map((point): LastValue => ({ ...point })),
      range: async () => [],
      rollup: async () => [],
      maintain: async () => undefined,
      erase: async () => undefined,
      stats: async () => ({
        engine: "influx",
        points: this.points.size,
        series: this.names.length,
        bytes: null,
      }),
      close: async () => undefined,
    };
  }

  private series(device: string, tag: string): number {
    const name = `${device} ${tag}`;
    const known = this.numbers.get(name) ?? this.names.length;
    if (known === this.names.length) this.names.push({ device, tag });
    this.numbers.set(name, known);
    return known;
  }

  private write(owner: Owner, batch: SampleBatch, offset: number): Promise<WriteResult> {
    const rows = this.rowsOf(batch);
    if (this.bug === "offset before points") this.through = Math.max(this.through, offset);
    return new Promise((resolve, reject) => {
      const answer = (run: () => void) => this.time.after(this.chance.between(0.2, 10), owner, run);
      const arrive = () => {
        if (this.weather === "hangs") {
          this.hanging.push(arrive);
          return;
        }
        if (this.bug === "offset before points" && owner.dead) return;
        const { weather } = this;
        if (weather === "refuses") return void answer(() => reject(new Error("store is down")));
        if (weather === "half") {
          this.take(rows.slice(0, this.chance.below(rows.length + 1)));
          return void answer(() => reject(new Error("store took a part")));
        }
        const result = this.take(rows);
        this.through = Math.max(this.through, offset);
        if (weather === "loses the answer") answer(() => reject(new Error("no answer of the store")));
        else answer(() => resolve(result));
      };
      this.time.after(this.chance.between(0.2, 10), { name: "store", dead: false }, arrive);
    });
  }

  private rowsOf(batch: SampleBatch): Point[] {
    return Array.from({ length: batch.length }, (_, i) => ({
      ...this.names[batch.series[i]!]!,
      time: batch.time[i]!,
      value: batch.value[i]!,
      grade: batch.grade[i]!,
    }));
  }

  private take(rows: readonly Point[]): WriteResult {
    const result = { appended: 0, rewritten: 0, repeated: 0 };
    for (const row of rows) {
      const series = `${row.device} ${row.tag}`;
      const last = this.newest.get(series);
      if (last && last.time === row.time && last.value === row.value) result.repeated++;
      else if (!last || row.time > last.time) result.appended++;
      else result.rewritten++;
      if (!last || row.time >= last.time) this.newest.set(series, row);
      const key = `${series} ${row.time}`;
      if (this.bug === "appends every row" && this.points.has(key)) this.doubled++;
      this.points.set(key, row);
    }
    return result;
  }
}

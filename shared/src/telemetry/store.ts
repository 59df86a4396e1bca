import type { Quality } from "../domain/quality.ts";
import type { Extractor } from "./extract.ts";

/**
 * The telemetry store's port. Engines: duckdb.ts (default, embedded), influx.ts. Contract: store.contract.ts.
 * A point is (device, tag, time): stored once, last write wins. Times are epoch ms UTC.
 */

/** Samples in columns, so that a batch of thousands costs no object each. `length` rows are valid. */
export class SampleBatch {
  length = 0;
  series: Int32Array;
  time: Float64Array;
  value: Float64Array;
  /** Grade byte, see domain/quality.ts. */
  grade: Uint8Array;

  constructor(capacity = 4096) {
    this.series = new Int32Array(capacity);
    this.time = new Float64Array(capacity);
    this.value = new Float64Array(capacity);
    this.grade = new Uint8Array(capacity);
  }

  push(series: number, time: number, value: number, grade: number): void {
    if (this.length === this.series.length) this.#grow();
    const i = this.length++;
    this.series[i] = series;
    this.time[i] = time;
    this.value[i] = value;
    this.grade[i] = grade;
  }

  #grow(): void {
    const size = this.series.length * 2;
    const series = new Int32Array(size);
    const time = new Float64Array(size);
    const value = new Float64Array(size);
    const grade = new Uint8Array(size);
    series.set(this.series);
    time.set(this.time);
    value.set(this.value);
    grade.set(this.grade);
    this.series = series;
    this.time = time;
    this.value = value;
    this.grade = grade;
  }
}

/** appended: new newest points. rewritten: older or repeated times, stored by the exact path. repeated: same time and value as the newest, dropped. appended + rewritten + repeated = batch length. */
export type WriteResult = { appended: number; rewritten: number; repeated: number };

export type LastValue = { device: string; tag: string; time: number; value: number; grade: number };

/** One bucket; bad samples are left out of all five figures. `time` is the bucket's start. */
export type Bucket = { time: number; min: number; max: number; mean: number; last: number; count: number };

export type RangeQuery = {
  devices: readonly string[];
  /** All tags of the devices when absent. */
  tags?: readonly string[];
  /** Epoch ms, inclusive. */
  from: number;
  /** Epoch ms, exclusive. */
  to: number;
  /** How many equal buckets from..to is cut into, 1..2000. Empty buckets are absent from the answer. Engines may answer from rollups when a bucket is a whole number of them. */
  buckets: number;
  /** Each device's series apart, with its device. Default: those with the same tag are merged into one. */
  byDevice?: boolean | undefined;
};
/** `device`: when asked `byDevice`. */
export type RangeSeries = { tag: string; device?: string; points: Bucket[] };

/** How many samples of uncertain quality lie in which bucket; `time` is the bucket's start, buckets without any are absent. */
export type DoubtSeries = { tag: string; buckets: { time: number; count: number }[] };

export type RollupStep = "1m" | "1h";
/** Stored rollup of one series, as kept (for contract tests and long charts). */
export type RollupQuery = { device: string; tag: string; step: RollupStep; from: number; to: number };

export type StoreStats = {
  engine: "duckdb" | "influx";
  points: number;
  series: number;
  bytes: number | null;
};

export interface TelemetryStore {
  /** uplink seq up to which every point is durably stored, 0 at first. */
  offset(): number;
  /** Small integer of (device, tag), assigned at first sight and kept; durable with the first write that uses it. */
  series(device: string, tag: string): number;
  /** All points of the batch and the offset, atomically (or idempotently, for an engine without transactions). One call at a time. */
  write(batch: SampleBatch, offset: number): Promise<WriteResult>;
  /** Newest point of every series: restores the live values at start. */
  last(): Promise<LastValue[]>;
  range(query: RangeQuery): Promise<RangeSeries[]>;
  /** Where uncertain samples lie, in the buckets of `range`. An engine may leave out what would take a scan of weeks. */
  doubt?(query: RangeQuery): Promise<DoubtSeries[]>;
  rollup(query: RollupQuery): Promise<Bucket[]>;
  /** Periodic upkeep (roll hot rows into sorted day runs, checkpoint, write due rollups). Safe to call at any time; called about once a minute. */
  maintain(nowMs: number): Promise<void>;
  /** Removes every point of the device. */
  erase(device: string): Promise<void>;
  stats(): Promise<StoreStats>;
  /** Samples and rollups as files; both engines have it. */
  readonly extractor?: Extractor;
  /** Embedded engines only: everything as of one moment into a new file, while writes go on. Ended, and the file removed, by the signal. */
  copyTo?(file: string, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export type LatestValue = {
  device: string;
  tag: string;
  time: number;
  value: number;
  quality: Quality;
  /** Reason where the quality is not good, e.g. "above-span"; else null. */
  note: string | null;
  listed: boolean;
};

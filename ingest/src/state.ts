import { type ConditionState, startCondition } from "./alarm/condition.ts";
import type { Catalog, CatalogDevice, TagSpec } from "./catalog.ts";
import type { ModeState } from "./detect/mode.ts";
import type { OutOfSpanState } from "./detect/out-of-span.ts";
import type { SpikesState } from "./detect/spikes.ts";
import type { SpikeMemory } from "./grade.ts";
import { type SkewState, startSkew } from "./skew.ts";

/**
 * Everything ingest remembers between two records. `…Kept` is plain JSON and goes into the snapshot; the rest is
 * looked up again after a restart. Times are epoch ms, 0 = never.
 */
type SeriesKept = SpikeMemory & {
  tag: string;
  /** Newest stored point: tells new from repeated from rewritten, as the store does. */
  newestAt: number;
  newestValue: number;
  /** Newest time the detectors have seen. */
  judgedAt: number;
  /** Event time since when the tag is missing while others come. */
  missingSince: number;
  outOfSpan: OutOfSpanState | null;
  spikes: SpikesState | null;
  /** Detector state by its first alarm type. */
  detectors: Record<string, object>;
};

export type Series = {
  kept: SeriesKept;
  device: Device;
  /** null: the tag is not in the model. */
  spec: TagSpec | null;
  /** States of spec.detectors, in their order: the same objects as in kept.detectors. */
  states: object[];
  /** The store's number, -1 until asked. */
  id: number;
  latestAt: number;
  latestValue: number;
  latestGrade: number;
  /** Waiting to be pushed to live readers. */
  pushed: boolean;
};

type Counters = {
  messages: number;
  samples: number;
  repeated: number;
  rewritten: number;
  rejected: number;
  spikes: number;
};

export type DeviceKept = {
  id: string;
  /** Newest time stamp given to a reading without one: the next is later. */
  lastStamp: number;
  /** Newest sign of life (anything but its leaving), receive time. */
  lastSeenAt: number;
  /** When a gateway (re)appeared: its children are given their full time from then. */
  onlineSince: number;
  connected: boolean;
  /** Connects of the last hour, at most MAX_CONNECTS. */
  connects: number[];
  /** Onset of the announced offline and flapping condition. */
  offlineSince: number;
  flappingSince: number;
  skew: SkewState;
  clock: ConditionState;
  counters: Counters;
  /** Newest attributes, at most MAX_ATTRIBUTES of them. */
  attributes: Record<string, unknown>;
  /** Newest event time, when the data resumed after a gap, and when to look for missing tags again. */
  newestAt: number;
  resumedAt: number;
  missingCheckAt: number;
  unlisted: number;
  series: SeriesKept[];
};

export type Device = {
  kept: DeviceKept;
  entry: CatalogDevice | null;
  boundVersion: number;
  series: Map<string, Series>;
  machine: Machine | null;
  /** Changed since the last snapshot. */
  dirty: boolean;
};

export type Machine = { assetId: string; mode: ModeState | null; dirty: boolean };

/** Counts since ever, by name; metrics.ts describes them. */
export type Totals = Record<string, number>;

export type World = {
  /** Journal time: the newest receive time handled, and the next one at which silence is looked for. */
  clock: number;
  sweepAt: number;
  /** Since when the platform has been watching without a break: silence before it proves nothing. */
  observedSince: number;
  devices: Map<string, Device>;
  machines: Map<string, Machine>;
  totals: Totals;
  catalog: Catalog;
};

export function startWorld(catalog: Catalog): World {
  return {
    clock: 0,
    sweepAt: 0,
    observedSince: 0,
    devices: new Map(),
    machines: new Map(),
    totals: {},
    catalog,
  };
}

export function count(totals: Totals, name: string, by = 1): void {
  totals[name] = (totals[name] ?? 0) + by;
}

export function startDevice(id: string): DeviceKept {
  return {
    id,
    lastStamp: 0,
    lastSeenAt: 0,
    onlineSince: 0,
    connected: false,
    connects: [],
    offlineSince: 0,
    flappingSince: 0,
    skew: startSkew(),
    clock: startCondition(),
    counters: { messages: 0, samples: 0, repeated: 0, rewritten: 0, rejected: 0, spikes: 0 },
    attributes: {},
    newestAt: 0,
    resumedAt: 0,
    missingCheckAt: 0,
    unlisted: 0,
    series: [],
  };
}

function startSeries(tag: string): SeriesKept {
  return {
    tag,
    newestAt: 0,
    newestValue: 0,
    judgedAt: 0,
    missingSince: 0,
    goodAt: 0,
    good: 0,
    oddAt: 0,
    odd: 0,
    outOfSpan: null,
    spikes: null,
    detectors: {},
  };
}

/** Puts a kept device (new or restored) into the world; it is bound to its catalogue entry at its next record. */
export function addDevice(world: World, kept: DeviceKept): Device {
  const device: Device = {
    kept,
    entry: null,
    boundVersion: -1,
    series: new Map(),
    machine: null,
    dirty: true,
  };
  world.devices.set(kept.id, device);
  for (const series of kept.series) attach(device, series);
  return device;
}

function attach(device: Device, kept: SeriesKept): Series {
  const series: Series = {
    kept,
    device,
    spec: null,
    states: [],
    id: -1,
    latestAt: 0,
    latestValue: 0,
    latestGrade: 0,
    pushed: false,
  };
  device.series.set(kept.tag, series);
  return series;
}

export function addSeries(device: Device, tag: string): Series {
  const kept = startSeries(tag);
  device.kept.series.push(kept);
  const series = attach(device, kept);
  bindSeries(series, device.entry?.model?.tags.get(tag) ?? null);
  return series;
}

export function bindSeries(series: Series, spec: TagSpec | null): void {
  series.spec = spec;
  series.states = [];
  for (const detector of spec?.detectors ?? []) {
    const key = detector.alarmTypes[0]!;
    const state = series.kept.detectors[key] ?? detector.start();
    series.kept.detectors[key] = state;
    series.states.push(state);
  }
}

import { GRADES, gradeName, qualityOf } from "@millwright/shared/domain/quality";
import type { DeviceAttributes, DeviceStatus, LiveBatch } from "@millwright/shared/telemetry/read-api";
import type { LastValue, LatestValue } from "@millwright/shared/telemetry/store";
import { HOUR_MS } from "./presence.ts";
import { addDevice, addSeries, type Device, type Series, startDevice, type World } from "./state.ts";

/** Newest values and presence, pushed right after decode, not after the store's commit. At most this often, ms. */
const PUSH_MS = 100;
/** Values of one push; what is more waits for the next. A reader that cannot follow sees newest values, not all. */
const MAX_VALUES = 20_000;

export type Live = {
  changed(series: Series): void;
  presence(device: Device): void;
  /** Returns the function that ends the subscription. */
  subscribe(listener: (batch: LiveBatch) => void): () => void;
  close(): void;
};

export function createLive(now: () => number): Live {
  const listeners = new Set<(batch: LiveBatch) => void>();
  let values: Series[] = [];
  let presence = new Map<string, boolean>();
  let timer: NodeJS.Timeout | null = null;

  function push(): void {
    timer = null;
    const part = values.length > MAX_VALUES ? values.splice(0, MAX_VALUES) : values;
    if (part === values) values = [];
    for (const series of part) series.pushed = false;
    const batch: LiveBatch = {
      at: now(),
      values: part.map(toLatest),
      presence: [...presence].map(([device, connected]) => ({ device, connected })),
    };
    presence = new Map();
    for (const listener of listeners) listener(batch);
    if (values.length > 0) arm();
  }

  function arm(): void {
    timer ??= setTimeout(push, PUSH_MS);
  }

  return {
    changed(series) {
      if (listeners.size === 0 || series.pushed) return;
      series.pushed = true;
      values.push(series);
      arm();
    },
    presence(device) {
      if (listeners.size === 0) return;
      presence.set(device.kept.id, device.kept.connected);
      arm();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    close() {
      if (timer) clearTimeout(timer);
      listeners.clear();
    },
  };
}

function toLatest(series: Series): LatestValue {
  const { latestGrade: grade } = series;
  return {
    device: series.device.kept.id,
    tag: series.kept.tag,
    time: series.latestAt,
    value: series.latestValue,
    quality: qualityOf(grade),
    note: grade === GRADES.good ? null : gradeName(grade),
    listed: series.spec !== null,
  };
}

/** What the store holds as newest becomes the live value after a restart; the detectors' memory is not touched. */
export function restoreLatest(world: World, last: readonly LastValue[]): void {
  for (const { device: id, tag, time, value, grade } of last) {
    const device = world.devices.get(id) ?? addDevice(world, startDevice(id));
    const series = device.series.get(tag) ?? addSeries(device, tag);
    series.latestAt = time;
    series.latestValue = value;
    series.latestGrade = grade;
  }
}

/** `tags`: of these only. */
export function latestOf(world: World, devices: readonly string[], tags?: readonly string[]): LatestValue[] {
  const found: LatestValue[] = [];
  const wanted = tags === undefined ? null : new Set(tags);
  for (const id of devices) {
    for (const series of world.devices.get(id)?.series.values() ?? []) {
      if (series.latestAt > 0 && (wanted === null || wanted.has(series.kept.tag)))
        found.push(toLatest(series));
    }
  }
  return found;
}

export function statusOf(world: World, devices: readonly string[], now: number): DeviceStatus[] {
  return devices.map((id): DeviceStatus => {
    const kept = world.devices.get(id)?.kept ?? startDevice(id);
    const { messages, samples, repeated, rejected, spikes } = kept.counters;
    return {
      device: id,
      connected: kept.connected,
      lastSeenAt: kept.lastSeenAt === 0 ? null : kept.lastSeenAt,
      clockSkewMs: kept.skew.ms === null ? null : Math.round(kept.skew.ms),
      messages,
      samples,
      repeated,
      rejected,
      spikes,
      connectsLastHour: kept.connects.filter((at) => at > now - HOUR_MS).length,
    };
  });
}

/** What devices told of themselves; those that told nothing are left out. */
export function attributesOf(world: World, devices: readonly string[]): DeviceAttributes[] {
  return devices.flatMap((device) => {
    const attributes = world.devices.get(device)?.kept.attributes ?? {};
    return Object.keys(attributes).length > 0 ? [{ device, attributes }] : [];
  });
}

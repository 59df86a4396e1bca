import { Failure } from "@millwright/shared/failure";
import type {
  DeviceAttributes,
  DeviceStatus,
  LiveBatch,
  RejectedMessage,
  TelemetryReader,
} from "@millwright/shared/telemetry/read-api";
import type { LatestValue } from "@millwright/shared/telemetry/store";

/** A reader that answers from plain arrays, for page tests. `down` makes every call fail as if ingest were away. */
export type FakeTelemetry = TelemetryReader & {
  values: LatestValue[];
  statuses: DeviceStatus[];
  messages: RejectedMessage[];
  told: DeviceAttributes[];
  /** Value of a series at a time, for `range`. */
  wave: (tag: string, time: number) => number | null;
  down: boolean;
  push(batch: LiveBatch): void;
};

export function fakeTelemetry(): FakeTelemetry {
  const listeners = new Set<(batch: LiveBatch) => void>();
  const reader: FakeTelemetry = {
    values: [],
    statuses: [],
    messages: [],
    told: [],
    wave: () => null,
    down: false,
    push(batch) {
      for (const listener of listeners) listener(batch);
    },
    async latest(devices, tags) {
      demandUp();
      return reader.values.filter(
        (value) => devices.includes(value.device) && (tags?.includes(value.tag) ?? true),
      );
    },
    async range({ devices, tags = [], from, to, buckets, byDevice }) {
      demandUp();
      const width = (to - from) / buckets;
      const wanted = byDevice
        ? devices.flatMap((device) => tags.map((tag) => ({ device, tag })))
        : tags.map((tag) => ({ tag }));
      return wanted.map(({ tag, ...of }) => ({
        ...of,
        tag,
        points: Array.from({ length: buckets }, (_, i) => {
          const time = Math.floor(from + i * width);
          const mean = reader.wave(tag, time);
          return mean === null
            ? null
            : {
                time,
                min: mean * 0.99,
                max: mean * 1.01,
                mean,
                last: mean,
                count: Math.max(2, Math.round(width / 10_000)),
              };
        }).filter((point) => point !== null),
      }));
    },
    async rejected({ devices, limit }) {
      demandUp();
      return reader.messages.filter((m) => !devices || devices.includes(m.deviceId)).slice(0, limit);
    },
    async status(devices) {
      demandUp();
      return reader.statuses.filter((status) => devices.includes(status.device));
    },
    async attributes(devices) {
      demandUp();
      return reader.told.filter((of) => devices.includes(of.device));
    },
    async health() {
      demandUp();
      return {
        ready: true,
        journal: null,
        store: null,
        uplinkHead: 0,
        storedThrough: 0,
        stats: { engine: "duckdb", points: 0, series: 0, bytes: null },
      };
    },
    live(signal, onBatch) {
      listeners.add(onBatch);
      return new Promise((resolve) => {
        signal.addEventListener("abort", () => {
          listeners.delete(onBatch);
          resolve();
        });
      });
    },
  };
  const demandUp = () => {
    if (reader.down) throw new Failure("unavailable", "telemetry store did not answer");
  };
  return reader;
}

export const deviceStatus = (device: string, over: Partial<DeviceStatus> = {}): DeviceStatus => ({
  device,
  connected: true,
  lastSeenAt: null,
  clockSkewMs: 120,
  messages: 1200,
  samples: 4800,
  repeated: 0,
  rejected: 0,
  spikes: 0,
  connectsLastHour: 1,
  ...over,
});

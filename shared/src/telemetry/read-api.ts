import type { ExtractRequest } from "./extract.ts";
import type { DoubtSeries, LatestValue, RangeSeries, StoreStats } from "./store.ts";

/**
 * What ingest answers on its loopback door, and the portal asks (remote.ts). Each request carries
 * `authorization: Bearer <run/secret>`. Bodies and answers are JSON; `live` is a stream of JSON lines.
 * Which devices somebody may see is the portal's business: ingest answers what it is asked.
 */
export type RejectedMessage = {
  id: number;
  deviceId: string;
  topic: string;
  reason: string;
  receivedAt: number;
  /** At most 4 KiB of it, as text; bytes that are not UTF-8 become U+FFFD. */
  payload: string;
  payloadBytes: number;
};

export type DeviceStatus = {
  device: string;
  connected: boolean;
  /** Newest receive time of anything from the device, epoch ms, or null. */
  lastSeenAt: number | null;
  /** Device clock less receive time, ms, smoothed over recent live messages; null while unknown. */
  clockSkewMs: number | null;
  messages: number;
  samples: number;
  repeated: number;
  rejected: number;
  spikes: number;
  /** Connects in the last hour. */
  connectsLastHour: number;
};

/** Facts a device told of itself (`v1/devices/me/attributes`), newest value of each: firmware, hardware, what it likes. */
export type DeviceAttributes = { device: string; attributes: Record<string, unknown> };

/** One pushed change of the live stream: a batch of new latest values and changed presence, at most every 250 ms. */
export type LiveBatch = {
  at: number;
  values: LatestValue[];
  presence: { device: string; connected: boolean }[];
};

export type IngestStatus = {
  ready: boolean;
  /** null when fine, else one sentence. */
  journal: string | null;
  store: string | null;
  /** Since when the store takes nothing, epoch ms. */
  storeSince?: number | null;
  uplinkHead: number;
  storedThrough: number;
  stats: StoreStats;
};

export interface TelemetryReader {
  /** Newest value of each series; of these tags only, when named. */
  latest(devices: readonly string[], tags?: readonly string[]): Promise<LatestValue[]>;
  range(query: {
    devices: readonly string[];
    tags?: readonly string[];
    from: number;
    to: number;
    buckets: number;
    byDevice?: boolean | undefined;
  }): Promise<RangeSeries[]>;
  /** Where uncertain samples lie; see the store's port. A reader without it knows of none. */
  doubt?(query: {
    devices: readonly string[];
    tags?: readonly string[];
    from: number;
    to: number;
    buckets: number;
  }): Promise<DoubtSeries[]>;
  /** Newest first. `before` = id of the last one already had. `devices` absent = all. */
  rejected(query: {
    devices?: readonly string[];
    before?: number;
    limit: number;
  }): Promise<RejectedMessage[]>;
  status(devices: readonly string[]): Promise<DeviceStatus[]>;
  /** Of the devices that told any. A reader without them is one that knows none. */
  attributes?(devices: readonly string[]): Promise<DeviceAttributes[]>;
  health(): Promise<IngestStatus>;
  /** Samples or rollups as a file, with the number of its rows. Whoever does not read the body to its end cancels it. */
  extract?(
    request: ExtractRequest,
    signal: AbortSignal,
  ): Promise<{ rows: number; body: ReadableStream<Uint8Array> }>;
  /** Every device's changes, until the signal aborts or ingest goes away (then it returns; call again). */
  live(signal: AbortSignal, onBatch: (batch: LiveBatch) => void): Promise<void>;
}

/** Paths on the door; all POST but health and live. */
export const READ_PATHS = {
  latest: "/latest",
  range: "/range",
  doubt: "/doubt",
  rejected: "/rejected",
  status: "/status",
  attributes: "/attributes",
  health: "/health",
  live: "/live",
  metrics: "/metrics",
} as const;

/** POST {file}: a copy of the telemetry store into a new file, for a backup. Blank lines while it works, then "copied" or why not. */
export const COPY_PATH = "/copy";

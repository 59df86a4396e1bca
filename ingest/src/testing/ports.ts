import type { ModelCatalog } from "@millwright/shared/domain/model";
import type { JournalEntry, JournalReader, JournalWriter } from "@millwright/shared/journal/journal";
import type {
  Bucket,
  LastValue,
  RangeSeries,
  SampleBatch,
  StoreStats,
  TelemetryStore,
  WriteResult,
} from "@millwright/shared/telemetry/store";
import { encodeMessage, encodePresence, type UplinkRecord } from "@millwright/shared/wire/uplink-record";
import { type Catalog, type CatalogDevice, compileModel, offlineAfterMs } from "../catalog.ts";

/** Small in-memory engines of the ports, for ingest's own tests. What survives a kill is what these hold. */
export class MemoryJournal implements JournalWriter, JournalReader {
  readonly records: Uint8Array[] = [];
  /** Set = appends fail with it. */
  failure: Error | null = null;

  append(record: Uint8Array, done: (error: Error | null) => void): void {
    const copy = Uint8Array.from(record);
    queueMicrotask(() => {
      if (!this.failure) this.records.push(copy);
      done(this.failure);
    });
  }
  head(): number {
    return this.records.length;
  }
  read(afterSeq: number, maxBytes = 4_194_304): JournalEntry[] {
    const entries: JournalEntry[] = [];
    let bytes = 0;
    for (let seq = afterSeq + 1; seq <= this.records.length && (bytes === 0 || bytes < maxBytes); seq++) {
      const record = this.records[seq - 1]!;
      bytes += record.length;
      entries.push({ seq, bytes: record });
    }
    return entries;
  }
  reportOffset(): void {}
  onCommit(): void {}
  stats() {
    return { records: this.records.length, bytes: 0, groups: 0, failures: 0, trimmedThrough: 0 };
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** A reader that ends after `through`: what a killed ingest had got to read. */
export const upTo = (journal: MemoryJournal, through: () => number): JournalReader => ({
  read: (afterSeq, maxBytes) => journal.read(afterSeq, maxBytes).filter((entry) => entry.seq <= through()),
  head: () => Math.min(journal.head(), through()),
  close: () => {},
});

export class MemoryStore implements TelemetryStore {
  readonly points = new Map<string, { value: number; grade: number }>();
  readonly newest = new Map<string, LastValue>();
  private readonly names: string[] = [];
  private readonly ids = new Map<string, number>();
  private through = 0;
  writes = 0;
  /** Set = writes fail with it. */
  failure: Error | null = null;

  offset(): number {
    return this.through;
  }
  series(device: string, tag: string): number {
    const name = `${device}/${tag}`;
    const known = this.ids.get(name);
    if (known !== undefined) return known;
    this.names.push(name);
    this.ids.set(name, this.names.length - 1);
    return this.names.length - 1;
  }
  async write(batch: SampleBatch, offset: number): Promise<WriteResult> {
    await Promise.resolve();
    if (this.failure) throw this.failure;
    const result = { appended: 0, rewritten: 0, repeated: 0 };
    for (let i = 0; i < batch.length; i++) {
      const name = this.names[batch.series[i]!]!;
      const [time, value, grade] = [batch.time[i]!, batch.value[i]!, batch.grade[i]!];
      const last = this.newest.get(name);
      const [device, tag] = name.split("/") as [string, string];
      if (last && time === last.time && value === last.value) result.repeated++;
      else if (!last || time > last.time) result.appended++;
      else result.rewritten++;
      if (!last || time >= last.time) this.newest.set(name, { device, tag, time, value, grade });
      this.points.set(`${name}@${time}`, { value, grade });
    }
    this.through = offset;
    this.writes++;
    return result;
  }
  async last(): Promise<LastValue[]> {
    return [...this.newest.values()];
  }
  async range(): Promise<RangeSeries[]> {
    return [];
  }
  async rollup(): Promise<Bucket[]> {
    return [];
  }
  async maintain(): Promise<void> {}
  async erase(): Promise<void> {}
  async stats(): Promise<StoreStats> {
    return { engine: "duckdb", points: this.points.size, series: this.names.length, bytes: null };
  }
  async close(): Promise<void> {}
}

export type FleetEntry = {
  id: string;
  name?: string;
  model?: ModelCatalog;
  assetId?: string | null;
  gatewayId?: string;
  kind?: "device" | "gateway";
};

/** A catalogue from a list; `set` replaces it, as the portal does. */
export function memoryCatalog(
  entries: readonly FleetEntry[],
): Catalog & { set(entries: readonly FleetEntry[]): void } {
  let devices = new Map<string, CatalogDevice>();
  let version = 0;
  const set = (list: readonly FleetEntry[]) => {
    devices = new Map(
      list.map((entry) => {
        const model = entry.model
          ? compileModel(entry.model.tags, entry.model.running ?? null, entry.model.failureModes ?? [])
          : null;
        const behind = list.filter((other) => other.gatewayId === entry.id);
        const child = behind[0];
        const device: CatalogDevice = {
          id: entry.id,
          kind: entry.kind ?? "device",
          name: entry.name ?? entry.id,
          assetId:
            entry.assetId === undefined ? (child ? `asset-${child.id}` : `asset-${entry.id}`) : entry.assetId,
          gatewayId: entry.gatewayId ?? null,
          machinesBehind: behind.length,
          model,
          revoked: false,
          offlineAfterMs: offlineAfterMs(model?.shortestIntervalMs ?? null),
        };
        return [entry.id, device];
      }),
    );
    version++;
  };
  set(entries);
  return {
    get version() {
      return version;
    },
    device: (id) => devices.get(id),
    child: (gatewayId, name) =>
      [...devices.values()].find((d) => d.gatewayId === gatewayId && d.name === name)?.id,
    set,
  };
}

export const encode = (record: UplinkRecord): Uint8Array =>
  record.kind === "message"
    ? encodeMessage(record.receivedAt, record.deviceId, record.topic, record.payload)
    : encodePresence(record.receivedAt, record.deviceId, record.event);

export const telemetry = (
  deviceId: string,
  receivedAt: number,
  body: unknown,
  topic = "v1/devices/me/telemetry",
): UplinkRecord => ({
  kind: "message",
  receivedAt,
  deviceId,
  topic,
  payload: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)),
});

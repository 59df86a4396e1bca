import type { SampleBatch } from "./store.ts";

/** Which small integer stands for which (device, tag). Ids start at 1 and are given in the order of first sight. */
export class SeriesBook {
  readonly #idByTagByDevice = new Map<string, Map<string, number>>();
  readonly #nameById: { device: string; tag: string }[] = [];
  /** Ids the store does not hold on disk yet: written with the first batch that uses them. */
  readonly unsaved = new Set<number>();

  get size(): number {
    return this.#nameById.reduce((count, name) => count + (name === undefined ? 0 : 1), 0);
  }

  /** Highest id given so far. */
  get highest(): number {
    return Math.max(0, this.#nameById.length - 1);
  }

  /** The id is on disk: at the start, or found there after a write whose outcome was not known. */
  restore(id: number, device: string, tag: string): void {
    this.#enter(id, device, tag);
    this.unsaved.delete(id);
  }

  id(device: string, tag: string): number {
    const known = this.#idByTagByDevice.get(device)?.get(tag);
    if (known !== undefined) return known;
    const id = this.highest + 1;
    this.#enter(id, device, tag);
    this.unsaved.add(id);
    return id;
  }

  name(id: number): { device: string; tag: string } | undefined {
    return this.#nameById[id];
  }

  idsOf(device: string): number[] {
    return [...(this.#idByTagByDevice.get(device)?.values() ?? [])];
  }

  find(device: string, tag: string): number | undefined {
    return this.#idByTagByDevice.get(device)?.get(tag);
  }

  /** Ids of these devices' series, all tags when none are named. */
  select(devices: readonly string[], tags?: readonly string[]): number[] {
    const ids: number[] = [];
    for (const device of new Set(devices)) {
      const idByTag = this.#idByTagByDevice.get(device);
      if (idByTag === undefined) continue;
      if (tags === undefined) ids.push(...idByTag.values());
      else for (const tag of new Set(tags)) ids.push(...(idByTag.has(tag) ? [idByTag.get(tag)!] : []));
    }
    return ids.sort((a, b) => a - b);
  }

  /** Ids the batch uses that are not on disk yet. */
  unsavedIn(batch: SampleBatch): number[] {
    if (this.unsaved.size === 0) return [];
    const used = new Set<number>();
    for (let row = 0; row < batch.length; row++) {
      if (this.unsaved.has(batch.series[row]!)) used.add(batch.series[row]!);
    }
    return [...used];
  }

  #enter(id: number, device: string, tag: string): void {
    let idByTag = this.#idByTagByDevice.get(device);
    if (idByTag === undefined) {
      idByTag = new Map();
      this.#idByTagByDevice.set(device, idByTag);
    }
    idByTag.set(tag, id);
    this.#nameById[id] = { device, tag };
  }
}

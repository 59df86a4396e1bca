import type { Step } from "./detect/detector.ts";
import { addDevice, bindSeries, type Device, type Series, startDevice, type World } from "./state.ts";

/** Ties what is remembered of a device to what the catalogue says of it, anew whenever the catalogue has changed. */
export type Binder = {
  /** The device, bound; null when the catalogue does not know it. */
  find(id: string): Device | null;
  childNamed(gateway: Device, name: string): Device | null;
  /** Binds those that have been silent since the catalogue changed (or since the restart) too. */
  bindAll(): void;
};

export function createBinder(world: World, end: (device: Device, tag: string, step: Step) => void): Binder {
  let allBound = -1;

  function find(id: string): Device | null {
    const known = world.devices.get(id);
    if (known && known.boundVersion === world.catalog.version) return known;
    const entry = world.catalog.device(id);
    if (!entry) return null;
    const device = known ?? addDevice(world, startDevice(id));
    bind(device, entry);
    return device;
  }

  function bind(device: Device, entry: NonNullable<Device["entry"]>): void {
    const before = device.entry?.model;
    const { model, assetId } = entry;
    device.boundVersion = world.catalog.version;
    if (assetId !== null && entry.kind === "device" && device.machine?.assetId !== assetId) {
      const machine = world.machines.get(assetId) ?? { assetId, mode: null, dirty: true };
      world.machines.set(assetId, machine);
      device.machine = machine;
    }
    if (before === undefined || before !== model) {
      for (const series of device.series.values()) {
        const spec = model?.tags.get(series.kept.tag) ?? null;
        endWhatIsGone(device, series, spec?.detectors.map((d) => d.alarmTypes[0]!) ?? []);
        bindSeries(series, spec);
      }
    }
    device.entry = entry;
  }

  /** A limit taken out of the catalogue takes its alarm along. */
  function endWhatIsGone(device: Device, series: Series, staying: readonly string[]): void {
    for (const [i, detector] of series.spec?.detectors.entries() ?? []) {
      const key = detector.alarmTypes[0]!;
      if (staying.includes(key)) continue;
      const step = detector.end(series.states[i]!, series.kept.judgedAt);
      if (step) end(device, series.kept.tag, step);
      delete series.kept.detectors[key];
      device.dirty = true;
    }
  }

  return {
    find,
    childNamed(gateway, name) {
      const id = world.catalog.child(gateway.kept.id, name);
      return id === undefined ? null : find(id);
    },
    bindAll() {
      if (allBound === world.catalog.version) return;
      allBound = world.catalog.version;
      for (const id of world.devices.keys()) find(id);
    },
  };
}

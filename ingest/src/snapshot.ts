import type Database from "better-sqlite3";
import { addDevice, type DeviceKept, type Machine, type World } from "./state.ts";

/** State at one record boundary, already turned into text. */
export type Snapshot = {
  offset: number;
  facts: string;
  devices: [string, string][];
  machines: [string, string][];
};

type Facts = Pick<World, "clock" | "sweepAt" | "observedSince" | "totals"> & { offset: number };

/** Takes what changed since the last one. Synchronous, so that it is one moment; marks everything clean. */
export function takeSnapshot(world: World, offset: number): Snapshot {
  const { clock, sweepAt, observedSince, totals } = world;
  const facts: Facts = { offset, clock, sweepAt, observedSince, totals };
  const devices: [string, string][] = [];
  const machines: [string, string][] = [];
  for (const device of world.devices.values()) {
    if (!device.dirty) continue;
    device.dirty = false;
    devices.push([device.kept.id, JSON.stringify(device.kept)]);
  }
  for (const machine of world.machines.values()) {
    if (!machine.dirty) continue;
    machine.dirty = false;
    machines.push([machine.assetId, JSON.stringify(machine.mode)]);
  }
  return { offset, facts: JSON.stringify(facts), devices, machines };
}

export type SnapshotStore = {
  /** uplink seq the kept state stands for, 0 when there is none. */
  offset(): number;
  restore(world: World): void;
  /** In one transaction, with whatever `alongside` writes. */
  save(snapshot: Snapshot, alongside: () => void): void;
};

export function openSnapshotStore(db: Database.Database): SnapshotStore {
  const readFacts = db.prepare("SELECT value FROM facts WHERE name = 'snapshot'").pluck();
  const putFacts = db.prepare("INSERT OR REPLACE INTO facts (name, value) VALUES ('snapshot', ?)");
  const putDevice = db.prepare("INSERT OR REPLACE INTO device_state (id, state) VALUES (?, ?)");
  const putMachine = db.prepare("INSERT OR REPLACE INTO machine_state (id, state) VALUES (?, ?)");
  const facts = (): Facts | null => {
    const text = readFacts.get() as string | undefined;
    return text === undefined ? null : (JSON.parse(text) as Facts);
  };
  const write = db.transaction((snapshot: Snapshot, alongside: () => void) => {
    alongside();
    for (const [id, state] of snapshot.devices) putDevice.run(id, state);
    for (const [id, state] of snapshot.machines) putMachine.run(id, state);
    putFacts.run(snapshot.facts);
  });
  return {
    offset: () => facts()?.offset ?? 0,
    restore(world) {
      const kept = facts();
      if (!kept) return;
      world.clock = kept.clock;
      world.sweepAt = kept.sweepAt;
      world.observedSince = kept.observedSince;
      Object.assign(world.totals, kept.totals);
      for (const { state } of db.prepare("SELECT state FROM device_state ORDER BY id").all() as {
        state: string;
      }[]) {
        addDevice(world, JSON.parse(state) as DeviceKept).dirty = false;
      }
      const machines = db.prepare("SELECT id, state FROM machine_state").all() as {
        id: string;
        state: string;
      }[];
      for (const { id, state } of machines) {
        world.machines.set(id, { assetId: id, mode: JSON.parse(state) as Machine["mode"], dirty: false });
      }
    },
    save: (snapshot, alongside) => write(snapshot, alongside),
  };
}

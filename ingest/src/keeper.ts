import type { Log } from "@millwright/shared/log";
import type { FindingSink } from "./raise.ts";
import type { RejectStore } from "./reject.ts";
import { type Snapshot, type SnapshotStore, takeSnapshot } from "./snapshot.ts";
import type { World } from "./state.ts";

const EVERY_MS = 5_000;
const QUIET_EVERY_MS = 10_000;
const REJECTS_EVERY_MS = 500;
/** Taking a snapshot may use this part of the time: with a big fleet they become rarer, not the pipeline slower. */
const SHARE = 0.05;

type Parts = {
  world: World;
  findings: FindingSink;
  rejects: RejectStore;
  snapshots: SnapshotStore;
  log: Log;
  onOffset(seq: number): void;
};

/**
 * Keeps the detectors' memory. Order is what makes a restart right: points stored, findings on disk, and only then
 * the state and its offset; the journal is trimmed behind that offset.
 */
export type Keeper = {
  /** At a record boundary, before its batch is cut: takes the state if one is due. */
  prepare(offset: number): void;
  /** The same while nothing comes: keeps journal time going, and flushes what waits. */
  prepareQuiet(offset: number): void;
  /** Points through `offset` are stored. */
  stored(offset: number): void;
  /** Keeps the final state. All points must be stored. */
  last(offset: number): Promise<void>;
  /** One sentence while ingest's own file does not take what must be kept: the uplink journal is not trimmed then. */
  trouble(): string | null;
};

export function createKeeper(parts: Parts): Keeper {
  const { world, findings, rejects, snapshots, log } = parts;
  let taken: Snapshot | null = null;
  let saving = false;
  let nextAt = performance.now() + EVERY_MS;
  let rejectsAt = 0;
  let savedOffset = snapshots.offset();
  let savedClock = world.clock;
  const troubles = new Map<"detector state" | "rejected messages", string>();

  /** Told once per change: a full disk may hold the log as well. */
  function note(what: "detector state" | "rejected messages", error: unknown): void {
    if (error === null) {
      if (troubles.delete(what)) log.info(`${what} kept again`);
      return;
    }
    if (!troubles.has(what)) log.error({ err: error }, `${what} not kept, trying again`);
    troubles.set(what, error instanceof Error ? error.message : String(error));
  }

  function take(offset: number): Snapshot {
    const from = performance.now();
    const snapshot = takeSnapshot(world, offset);
    const tookMs = performance.now() - from;
    nextAt = from + Math.max(EVERY_MS, tookMs / SHARE);
    return snapshot;
  }

  async function save(snapshot: Snapshot): Promise<void> {
    saving = true;
    try {
      await findings.settled();
      snapshots.save(snapshot, rejects.flush);
      note("detector state", null);
      savedOffset = snapshot.offset;
      savedClock = world.clock;
      parts.onOffset(snapshot.offset);
    } catch (error) {
      note("detector state", error);
      for (const [id] of snapshot.devices) {
        const device = world.devices.get(id);
        if (device) device.dirty = true;
      }
      for (const [id] of snapshot.machines) {
        const machine = world.machines.get(id);
        if (machine) machine.dirty = true;
      }
    } finally {
      saving = false;
    }
  }

  function flushRejects(): void {
    const now = performance.now();
    if (now < rejectsAt) return;
    rejectsAt = now + REJECTS_EVERY_MS;
    try {
      rejects.flush();
      note("rejected messages", null);
    } catch (error) {
      note("rejected messages", error);
    }
  }

  return {
    prepare(offset) {
      flushRejects();
      if (taken || saving || performance.now() < nextAt) return;
      taken = take(offset);
    },
    prepareQuiet(offset) {
      flushRejects();
      if (taken || saving || performance.now() < nextAt) return;
      if (offset === savedOffset && world.clock - savedClock < QUIET_EVERY_MS) return;
      void save(take(offset));
    },
    stored(offset) {
      if (!taken || offset < taken.offset) return;
      const snapshot = taken;
      taken = null;
      void save(snapshot);
    },
    async last(offset) {
      while (saving) await new Promise((resolve) => setTimeout(resolve, 5));
      if (taken) {
        // Its devices were marked clean when it was taken.
        const early = taken;
        taken = null;
        await save(early);
      }
      await save(take(offset));
    },
    trouble() {
      for (const [what, reason] of troubles) return `${what} cannot be kept: ${reason}`;
      return null;
    },
  };
}

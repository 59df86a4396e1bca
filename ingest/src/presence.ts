import type { DetectorName } from "@millwright/shared/domain/finding";
import type { PresenceEvent } from "@millwright/shared/wire/uplink-record";
import type { Transition } from "./alarm/condition.ts";
import type { Step } from "./detect/detector.ts";
import type { Device, World } from "./state.ts";

/**
 * Who is there. Everything runs on journal time (receive times): deadlines are checked before each record of the
 * device and in a sweep over all, and a finding carries the deadline, not the moment somebody looked.
 */
export type Announce = (device: Device, step: Step) => void;

const FLAPPING_WINDOW_MS = 600_000;
const FLAPPING_CONNECTS = 10;
export const HOUR_MS = 3_600_000;
/** One connect every seven seconds for an hour; older ones are forgotten first. */
const MAX_CONNECTS = 512;
const SWEEP_MS = 1_000;
/**
 * A journal in which nobody wrote anything for this long (computer asleep, product stopped) was not watched: every
 * device is given its full time again, or each start after a night would raise the whole fleet.
 */
const UNWATCHED_MS = 60_000;

/** A receive time further behind than this is a clock that was set back; less is jitter, and waited out. */
const SET_BACK_MS = 60_000;

/**
 * The journal time that goes with a receive time: never going back by a little. A clock that was set back is followed:
 * otherwise no silence would be noticed until it is where it was.
 */
export function journalTime(world: World, at: number): number {
  if (world.clock - at > SET_BACK_MS) setBack(world, at);
  return Math.max(at, world.clock);
}

/** What lies ahead of `now` was seen just now. Onsets stay: they name what was announced, and end it. */
function setBack(world: World, now: number): void {
  world.clock = now;
  world.sweepAt = now;
  world.observedSince = now;
  for (const device of world.devices.values()) {
    const { kept } = device;
    kept.lastSeenAt = Math.min(kept.lastSeenAt, now);
    kept.onlineSince = Math.min(kept.onlineSince, now);
    kept.lastStamp = Math.min(kept.lastStamp, now);
    kept.connects = kept.connects.filter((at) => at <= now);
    if (kept.flappingSince > 0) kept.connects.push(now);
    device.dirty = true;
  }
}

/** Journal time goes on to `now`: looks for silence once a second. */
export function advance(world: World, now: number, announce: Announce): void {
  if (now <= world.clock) return;
  if (world.clock === 0 || now - world.clock > UNWATCHED_MS) world.observedSince = now;
  world.clock = now;
  if (now < world.sweepAt) return;
  world.sweepAt = now - (now % SWEEP_MS) + SWEEP_MS;
  // Children first: whether one is silent on its own is judged by a gateway that still was there.
  for (const device of world.devices.values())
    if (device.entry?.gatewayId) checkSilence(world, device, now, announce);
  for (const device of world.devices.values())
    if (!device.entry?.gatewayId) checkSilence(world, device, now, announce);
}

/** Announces what has become true of the device by `now`: offline, no longer flapping. */
export function checkSilence(world: World, device: Device, now: number, announce: Announce): void {
  const { kept, entry } = device;
  const last = kept.connects[kept.connects.length - 1] ?? 0;
  if (kept.flappingSince > 0 && now >= last + FLAPPING_WINDOW_MS) {
    announce(device, flapping("cleared", last + FLAPPING_WINDOW_MS, kept.flappingSince, 0));
    kept.flappingSince = 0;
    device.dirty = true;
  }
  if (kept.lastSeenAt === 0 || kept.offlineSince > 0 || !entry || entry.revoked || entry.assetId === null)
    return;
  let onset = kept.lastSeenAt;
  let from = Math.max(onset, world.observedSince);
  if (entry.gatewayId !== null) {
    const gateway = world.devices.get(entry.gatewayId)?.kept;
    // A child is silent on its own only if its gateway was there all the time and is heard afterwards: a gateway
    // that goes down is one incident, not fifty.
    if (!gateway || gateway.offlineSince > 0) return;
    onset = Math.max(onset, gateway.onlineSince);
    from = Math.max(from, onset);
    if (gateway.lastSeenAt < from + entry.offlineAfterMs) return;
  }
  const deadline = from + entry.offlineAfterMs;
  if (now < deadline) return;
  if (entry.kind === "gateway") includeChildren(world, device, deadline, announce);
  kept.offlineSince = onset;
  device.dirty = true;
  announce(device, offline(device, "raised", deadline, onset));
}

/** From now on its children's silence is the gateway's: what was announced of them alone ends in the one incident. */
function includeChildren(world: World, gateway: Device, at: number, announce: Announce): void {
  for (const child of world.devices.values()) {
    if (child.entry?.gatewayId !== gateway.kept.id || child.kept.offlineSince === 0) continue;
    const step = offline(child, "cleared", at, child.kept.offlineSince);
    announce(child, { ...step, summary: `Device ${child.entry.name} is unknown: its gateway is offline` });
    child.kept.offlineSince = 0;
    child.dirty = true;
  }
}

/** A sign of life. Call after checkSilence for the same time. */
export function seen(device: Device, now: number, announce: Announce): void {
  const { kept } = device;
  device.dirty = true;
  if (now > kept.lastSeenAt) kept.lastSeenAt = now;
  if (kept.onlineSince === 0) kept.onlineSince = now;
  if (kept.offlineSince === 0) return;
  announce(device, offline(device, "cleared", now, kept.offlineSince));
  kept.offlineSince = 0;
  kept.onlineSince = now;
}

/** The device's connection came or went. */
export function present(device: Device, event: PresenceEvent, now: number, announce: Announce): void {
  const { kept } = device;
  device.dirty = true;
  if (event !== "connected") {
    kept.connected = false;
    return;
  }
  seen(device, now, announce);
  kept.connected = true;
  kept.onlineSince = now;
  kept.connects.push(now);
  while (kept.connects.length > MAX_CONNECTS || kept.connects[0]! < now - HOUR_MS) kept.connects.shift();
  const recent = kept.connects.filter((at) => at > now - FLAPPING_WINDOW_MS);
  if (kept.flappingSince > 0 || recent.length < FLAPPING_CONNECTS) return;
  kept.flappingSince = recent[0]!;
  announce(device, flapping("raised", now, kept.flappingSince, recent.length));
}

function deviceStep(
  detector: DetectorName,
  alarmType: string,
  kind: Transition,
  at: number,
  onset: number,
  summary: string,
): Step {
  return { kind, detector, alarmType, level: null, at, onset, value: null, limit: null, unit: null, summary };
}

function offline(device: Device, kind: "raised" | "cleared", at: number, onset: number): Step {
  const { kind: what = "device", name = device.kept.id } = device.entry ?? {};
  if (what === "gateway") {
    const count = device.entry?.machinesBehind ?? 0;
    const lost = `offline: ${count} ${count === 1 ? "machine" : "machines"} unknown`;
    const summary = `Gateway ${name} ${kind === "cleared" ? "is back" : lost}`;
    return deviceStep("offline", "gateway:offline", kind, at, onset, summary);
  }
  const words =
    kind === "cleared" ? "is back" : `has been silent for ${Math.round((at - onset) / 60_000)} min`;
  return deviceStep("offline", "device:offline", kind, at, onset, `Device ${name} ${words}`);
}

function flapping(kind: "raised" | "cleared", at: number, onset: number, connects: number): Step {
  const summary =
    kind === "raised"
      ? `Device connected ${connects} times within 10 min: power or network is unstable`
      : "Connection is stable again";
  return deviceStep("flapping", "device:flapping", kind, at, onset, summary);
}

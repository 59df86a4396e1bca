import type { Finding } from "@millwright/shared/domain/finding";
import { GRADES } from "@millwright/shared/domain/quality";
import type { UplinkRecord } from "@millwright/shared/wire/uplink-record";
import { createBinder } from "./bind.ts";
import { type Decoded, decode } from "./decode/decode.ts";
import type { Refusal, RejectionReason } from "./decode/reason.ts";
import type { Reading } from "./decode/values.ts";
import type { Step } from "./detect/detector.ts";
import { gradeTime } from "./grade.ts";
import { type Group, judge } from "./judge.ts";
import { type KeepOutcome, keep } from "./keep.ts";
import { advance, checkSilence, journalTime, present, seen } from "./presence.ts";
import { toFinding } from "./raise.ts";
import { judgeClock, stepSkew } from "./skew.ts";
import { addSeries, count, type Device, type Series, type World } from "./state.ts";

export type Refused = {
  device: string;
  topic: string;
  payload: Uint8Array;
  receivedAt: number;
  refused: readonly Refusal[];
};

/** What comes out of one record. */
export type Outcome = KeepOutcome & {
  presence(device: Device): void;
  finding(finding: Finding): void;
  rejected(message: Refused): void;
};

export type Receiver = {
  /** The next record of the journal. */
  handle(record: UplinkRecord): void;
  /** Nothing came, and time goes on. */
  tick(now: number): void;
};

type Message = Extract<UplinkRecord, { kind: "message" }>;

/** Distinct tags outside the model that one device may create: a runaway naming scheme must not fill the memory. */
const MAX_UNLISTED = 1_000;
const MAX_ATTRIBUTES = 100;

/** One record → samples, findings, rejections, by the state of the world alone: the same records give the same again. */
export function createReceiver(world: World, out: Outcome): Receiver {
  const { totals } = world;
  const group: Group = { length: 0, series: [], values: [], grades: [] };
  /** As the broker wrote it: stamps and grades must not depend on when anybody looked. */
  let receivedAt = 0;
  /** The same, but never going back by a little: see journalTime. */
  let now = 0;

  const announce = (device: Device, tag: string | null, step: Step, heardAt: number) => {
    const finding = device.entry && toFinding(device.entry, tag, step, heardAt);
    if (!finding) return;
    device.dirty = true;
    count(totals, `findings.${step.detector}`);
    out.finding(finding);
  };
  // Silence is judged in receive time: it is never old news.
  const announceDevice = (device: Device, step: Step) => announce(device, null, step, step.at);
  const announceTag = (device: Device, tag: string, step: Step) => announce(device, tag, step, receivedAt);
  const { find, childNamed, bindAll } = createBinder(world, announceTag);

  function message(record: Message): void {
    count(totals, "messages");
    const device = find(record.deviceId);
    if (!device) {
      refuse(record, null, [{ reason: "unknown-device", what: "" }], "messagesRejected");
      return;
    }
    checkSilence(world, device, now, announceDevice);
    const decoded = decode(record.topic, record.payload);
    // Before the gateway itself counts as seen: whether a child had fallen silent is judged by what was known then.
    if (decoded.kind === "telemetry") for (const item of decoded.readings) checkChild(device, item.child);
    device.dirty = true;
    device.kept.counters.messages++;
    seen(device, now, announceDevice);
    const refused = understand(device, decoded);
    const whole = decoded.kind === "rejected";
    if (refused.length > 0)
      refuse(record, device, refused, whole ? "messagesRejected" : "messagesUnderstood");
    else count(totals, "messagesUnderstood");
  }

  function understand(device: Device, decoded: Decoded): readonly Refusal[] {
    switch (decoded.kind) {
      case "telemetry": {
        const refused = [...decoded.refused];
        for (const item of decoded.readings) reading(device, item, refused);
        return refused;
      }
      case "attributes": {
        const refused: Refusal[] = [];
        for (const { child, values } of decoded.of) {
          const about = child === null ? device : childNamed(device, child);
          if (about) keepAttributes(about, values);
          else refused.push(unknownChild(child));
        }
        return refused;
      }
      case "presence": {
        const child = childNamed(device, decoded.child);
        if (!child) return [unknownChild(decoded.child)];
        checkSilence(world, child, now, announceDevice);
        present(child, decoded.connected ? "connected" : "disconnected", now, announceDevice);
        out.presence(child);
        return [];
      }
      case "reply":
        return [];
      case "rejected":
        return decoded.refused;
    }
  }

  /** All of the message ("messagesRejected") or some of it is refused: either way it is kept to be looked at. */
  function refuse(record: Message, device: Device | null, refused: readonly Refusal[], as: string): void {
    count(totals, as);
    if (device) device.kept.counters.rejected++;
    for (const { reason } of refused) count(totals, `refused.${reason}`);
    out.rejected({
      device: record.deviceId,
      topic: record.topic,
      payload: record.payload,
      receivedAt,
      refused,
    });
  }

  /** Nobody reaches them while their gateway is away; each is there again with its next reading. */
  function leaveChildren(gateway: Device): void {
    if (gateway.entry?.kind !== "gateway") return;
    for (const child of world.devices.values()) {
      if (child.entry?.gatewayId !== gateway.kept.id || !child.kept.connected) continue;
      child.kept.connected = false;
      child.dirty = true;
      out.presence(child);
    }
  }

  function checkChild(gateway: Device, name: string | null): void {
    const child = name === null ? null : childNamed(gateway, name);
    if (child) checkSilence(world, child, now, announceDevice);
  }

  function reading(sender: Device, item: Reading, refused: Refusal[]): void {
    const device = item.child === null ? sender : childNamed(sender, item.child);
    if (!device) {
      refused.push(unknownChild(item.child));
      return;
    }
    if (device !== sender) {
      device.kept.counters.messages++;
      seen(device, now, announceDevice);
      if (device.kept.connected !== sender.kept.connected) {
        device.kept.connected = sender.kept.connected;
        out.presence(device);
      }
    }
    const { at, grade } = timeOf(device, item.ts);
    group.length = 0;
    for (let i = 0; i < item.keys.length; i++) {
      const key = item.keys[i]!;
      const series = device.series.get(key) ?? newSeries(device, key);
      if (!series) refused.push({ reason: "too-many-tags", what: key });
      else keep(device, series, at, item.values[i]!, grade, receivedAt, group, totals, out);
    }
    if (group.length > 0) judge(device, at, group, announceTag);
  }

  /** Device time where it is one, else the receive time, made strictly increasing per device. */
  function timeOf(device: Device, ts: number | null): { at: number; grade: number } {
    const { kept } = device;
    let grade: number = GRADES.good;
    if (ts !== null) {
      grade = gradeTime(ts, receivedAt);
      if (stepSkew(kept.skew, ts, receivedAt) && kept.skew.ms !== null) {
        const step = judgeClock(kept.clock, kept.skew.ms, receivedAt);
        if (step) announceDevice(device, step);
      }
      if (grade !== GRADES["clock-implausible"]) return { at: ts, grade };
    }
    kept.lastStamp = Math.max(receivedAt, kept.lastStamp + 1);
    return { at: kept.lastStamp, grade };
  }

  function newSeries(device: Device, key: string): Series | null {
    const listed = device.entry?.model?.tags.has(key) ?? false;
    if (!listed && device.kept.unlisted >= MAX_UNLISTED) return null;
    if (!listed) device.kept.unlisted++;
    return addSeries(device, key);
  }

  return {
    handle(record) {
      receivedAt = record.receivedAt;
      now = journalTime(world, receivedAt);
      bindAll();
      advance(world, now, announceDevice);
      if (record.kind === "message") return message(record);
      count(totals, "presence");
      const device = find(record.deviceId);
      if (!device) return;
      checkSilence(world, device, now, announceDevice);
      present(device, record.event, now, announceDevice);
      out.presence(device);
      if (!device.kept.connected) leaveChildren(device);
    },
    tick(at) {
      bindAll();
      advance(world, journalTime(world, at), announceDevice);
    },
  };
}

const unknownChild = (name: string | null): Refusal => {
  const reason: RejectionReason = "unknown-child";
  return { reason, what: (name ?? "").slice(0, 64) };
};

/** Newest value of each attribute; a device that sends hundreds keeps the first hundred. */
function keepAttributes(device: Device, values: Record<string, unknown>): void {
  const { attributes } = device.kept;
  for (const key of Object.keys(values)) {
    if (key === "__proto__" || key.length > 64) continue;
    if (!Object.hasOwn(attributes, key) && Object.keys(attributes).length >= MAX_ATTRIBUTES) continue;
    if (JSON.stringify(values[key]).length <= 1024) attributes[key] = values[key];
  }
  device.dirty = true;
}

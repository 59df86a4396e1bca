import { GRADES, qualityOf } from "@millwright/shared/domain/quality";
import type { Step } from "./detect/detector.ts";
import { missingStep } from "./detect/missing.ts";
import { judgesAt, startMode, stepMode } from "./detect/mode.ts";
import { startOutOfSpan, stepOutOfSpan } from "./detect/out-of-span.ts";
import { startSpikes, stepSpikes } from "./detect/spikes.ts";
import type { Device, Series } from "./state.ts";

export type AnnounceTag = (device: Device, tag: string, step: Step) => void;

/** Samples of one device at one event time, in time order: those that are not late. Columns, reused for every reading. */
export type Group = { length: number; series: Series[]; values: number[]; grades: number[] };

/** State detection of one group: mode first, then each tag by its detectors, then what is missing. */
export function judge(device: Device, at: number, group: Group, announce: AnnounceTag): void {
  const model = device.entry?.model;
  if (!model || device.entry?.assetId === null) return;
  const judged = runs(device, at, group);
  for (let i = 0; i < group.length; i++) {
    const series = group.series[i]!;
    const { spec, kept } = series;
    if (!spec) continue;
    const value = group.values[i]!;
    const grade = group.grades[i]!;
    kept.judgedAt = at;
    if (kept.missingSince > 0) {
      announce(device, kept.tag, missingStep(spec.tag, "cleared", at, kept.missingSince));
      kept.missingSince = 0;
    }
    if (grade >= GRADES["below-span"] || kept.spikes || kept.outOfSpan)
      judgeQuality(device, series, at, value, grade, announce);
    if (qualityOf(grade) === "bad") continue;
    const applies = judged || spec.tag.judgeAlways === true;
    const { detectors } = spec;
    for (let d = 0; d < detectors.length; d++) {
      const step = detectors[d]!.step(series.states[d]!, at, value, applies);
      if (step) announce(device, kept.tag, step);
    }
  }
  lookForMissing(device, at, announce);
}

/** Whether process limits apply to this group; takes its running tags into account first. */
function runs(device: Device, at: number, group: Group): boolean {
  const rule = device.entry?.model?.running;
  if (!rule || !device.machine) return true;
  const { machine } = device;
  machine.mode ??= startMode(rule);
  // The rule may have changed since the state was kept.
  if (machine.mode.values.length !== rule.above.length) machine.mode = startMode(rule);
  for (let i = 0; i < group.length; i++) {
    const index = group.series[i]!.spec?.runningIndex ?? -1;
    if (index < 0 || qualityOf(group.grades[i]!) === "bad") continue;
    stepMode(machine.mode, rule, index, at, group.values[i]!);
    machine.dirty = true;
  }
  return judgesAt(machine.mode, rule, at);
}

/** Memory for these two is made at the first bad sample only: most sensors never need it. */
function judgeQuality(
  device: Device,
  series: Series,
  at: number,
  value: number,
  grade: number,
  announce: AnnounceTag,
): void {
  const { kept } = series;
  const { tag } = series.spec!;
  kept.spikes ??= startSpikes();
  kept.outOfSpan ??= startOutOfSpan();
  const spikes = stepSpikes(kept.spikes, tag, at, value, grade);
  if (spikes) announce(device, kept.tag, spikes);
  const outOfSpan = stepOutOfSpan(kept.outOfSpan, tag, at, value, grade);
  if (outOfSpan) announce(device, kept.tag, outOfSpan);
}

/** How often (event time) the tags of a device are looked through for missing ones. */
const CHECK_EVERY_MS = 30_000;
/** A pause of the whole device longer than this many of its intervals (and a minute) is a gap: no tag is missing alone. */
const GAP_INTERVALS = 10;
const GAP_AT_LEAST_MS = 60_000;

function lookForMissing(device: Device, at: number, announce: AnnounceTag): void {
  const { kept } = device;
  const gapMs = Math.max(GAP_INTERVALS * (device.entry?.model?.shortestIntervalMs ?? 0), GAP_AT_LEAST_MS);
  if (at < kept.newestAt || at - kept.newestAt > gapMs) {
    kept.resumedAt = at;
    kept.missingCheckAt = at;
  }
  kept.newestAt = at;
  if (at < kept.missingCheckAt) return;
  kept.missingCheckAt = at + CHECK_EVERY_MS;
  for (const series of device.series.values()) {
    const { spec, kept: own } = series;
    if (!spec || own.judgedAt === 0 || own.missingSince > 0) continue;
    if (at - Math.max(own.judgedAt, kept.resumedAt) <= spec.missingAfterMs) continue;
    own.missingSince = own.judgedAt;
    announce(device, own.tag, missingStep(spec.tag, "raised", at, own.missingSince));
  }
}

import type { Window } from "./window.ts";

/** What happened to the machine, as it lies on the time axis. Pure: pixels and times in, pixels and words out. */

/** An alarm from its onset to its end; `to` null = it is still true. */
export type Alarm = {
  from: number;
  to: number | null;
  acknowledged: boolean;
  summary: string;
  href: string | null;
};

/** ticket · visit · command · firmware · note (N, of a moment or a stretch). */
type MarkKind = "T" | "V" | "C" | "F" | "N";
export type Mark = { kind: MarkKind; at: number; to: number | null; label: string; href: string | null };

/** A bar of the alarm strip: one alarm, or several that would lie on each other. */
export type Bar = Omit<Alarm, "to"> & { to: number; count: number };

/** Bars nearer than this are one. */
const BAR_GAP_PX = 3;
/** A mark is this wide; what would overlap is one mark. */
const MARK_PX = 24;

/** The strip's bars in time order, those not acknowledged last, so that they lie on top. */
export function alarmBars(alarms: readonly Alarm[], window: Window, widthPx: number): Bar[] {
  const gap = ((window.to - window.from) / Math.max(1, widthPx)) * BAR_GAP_PX;
  return [true, false].flatMap((acknowledged) => {
    const bars: Bar[] = [];
    const mine = alarms
      .filter((alarm) => alarm.acknowledged === acknowledged)
      .filter((alarm) => alarm.from <= window.to && (alarm.to ?? window.to) >= window.from)
      .sort((a, b) => a.from - b.from);
    for (const alarm of mine) {
      const to = Math.min(alarm.to ?? window.to, window.to);
      const last = bars.at(-1);
      if (last && alarm.from <= last.to + gap) {
        last.to = Math.max(last.to, to);
        last.count++;
        last.summary = `${last.summary}; ${alarm.summary}`;
      } else bars.push({ ...alarm, from: Math.max(alarm.from, window.from), to, count: 1 });
    }
    return bars;
  });
}

/** One mark as drawn: its centre in px, and the marks it stands for. */
export type MarkGroup = { x: number; marks: Mark[] };

export function markGroups(marks: readonly Mark[], window: Window, widthPx: number): MarkGroup[] {
  const groups: MarkGroup[] = [];
  const inside = marks.filter((mark) => mark.at >= window.from && mark.at <= window.to);
  for (const mark of [...inside].sort((a, b) => a.at - b.at)) {
    const x = ((mark.at - window.from) / (window.to - window.from)) * widthPx;
    const last = groups.at(-1);
    if (last && x - last.x < MARK_PX) last.marks.push(mark);
    else groups.push({ x, marks: [mark] });
  }
  return groups;
}

/** "T", "N 3" for three notes, "5" for five of several kinds. */
export function groupWord({ marks }: MarkGroup): string {
  const kind = marks[0]!.kind;
  if (marks.length === 1) return kind;
  return marks.every((mark) => mark.kind === kind) ? `${kind}${marks.length}` : String(marks.length);
}

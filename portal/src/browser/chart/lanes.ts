import { clock, dayMonth } from "../../views/time.ts";
import { type Alarm, alarmBars, groupWord, type Mark, type MarkGroup, markGroups } from "./marks.ts";
import type { ModeRun } from "./modes.ts";
import { timeTicks } from "./ticks.ts";
import type { Window } from "./window.ts";

/** What lies under the panes on the same time axis: operating mode, alarms, marks, labels of the ticks. */
const SVG = "http://www.w3.org/2000/svg";
const HATCH =
  '<defs><pattern id="gap" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0V4" stroke="var(--line-strong)" stroke-width="2"/></pattern></defs>';

const SHAPES: Record<ModeRun["mode"], { y: number; height: number }> = {
  loaded: { y: 1, height: 10 },
  idle: { y: 6, height: 5 },
  stopped: { y: 1.5, height: 9 },
  gap: { y: 1, height: 10 },
};
const MODE_WORDS: Record<ModeRun["mode"], string> = {
  loaded: "running",
  idle: "idle",
  stopped: "stopped",
  gap: "no data",
};

/** Running = full height, idle = half, stopped = outline, no data = hatch. */
export function drawModes(lane: Element, window: Window, runs: readonly ModeRun[]): void {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", modeSentence(runs));
  svg.innerHTML = HATCH;
  for (const run of runs) {
    const rect = document.createElementNS(SVG, "rect");
    const { left, width } = place(run, window);
    rect.setAttribute("x", `${left}%`);
    rect.setAttribute("width", `${Math.max(0.2, width)}%`);
    rect.setAttribute("y", String(SHAPES[run.mode].y));
    rect.setAttribute("height", String(SHAPES[run.mode].height));
    rect.setAttribute("class", run.mode);
    svg.append(rect);
  }
  lane.replaceChildren(svg);
}

/** "running 92 %, stopped 8 %" of the time that is drawn. */
function modeSentence(runs: readonly ModeRun[]): string {
  const all = runs.reduce((sum, run) => sum + run.to - run.from, 0);
  const shares = (Object.keys(MODE_WORDS) as ModeRun["mode"][]).map((mode) => {
    const ms = runs.filter((run) => run.mode === mode).reduce((sum, run) => sum + run.to - run.from, 0);
    return ms ? `${MODE_WORDS[mode]} ${Math.round((ms / all) * 100)} %` : "";
  });
  return shares.filter(Boolean).join(", ") || "no gap in the data";
}

function place({ from, to }: Window, window: Window): { left: number; width: number } {
  const span = window.to - window.from;
  const left = Math.max(0, ((from - window.from) / span) * 100);
  return { left, width: Math.max(0, Math.min(100, ((to - window.from) / span) * 100) - left) };
}

/** Keeps what is there, focus included, while it says the same; else makes it anew. */
function children(lane: HTMLElement, said: string, make: () => HTMLElement[]): HTMLElement[] {
  if (lane.dataset.said !== said) {
    lane.dataset.said = said;
    lane.replaceChildren(...make());
  }
  return [...lane.children] as HTMLElement[];
}

/** A link where there is somewhere to go, else plain. */
function mark(href: string | null, cls: string, label: string): HTMLElement {
  const element = document.createElement(href ? "a" : "span");
  if (href) element.setAttribute("href", href);
  else element.setAttribute("role", "img");
  element.className = cls;
  element.setAttribute("aria-label", label);
  element.title = label;
  return element;
}

/** A bar from start to end: thick red while not acknowledged, thin when acknowledged. */
export function drawAlarms(lane: HTMLElement, window: Window, alarms: readonly Alarm[], zone: string): void {
  const bars = alarmBars(alarms, window, lane.clientWidth);
  const label = (bar: (typeof bars)[number]) =>
    `${bar.count > 1 ? `${bar.count} alarms: ` : "Alarm: "}${bar.summary}, from ${moment(bar.from, zone)}, ${bar.acknowledged ? "acknowledged" : "not acknowledged"}`;
  const said = bars.map((bar) => `${bar.acknowledged} ${bar.href} ${bar.count} ${bar.summary}`).join("|");
  const elements = children(lane, said, () =>
    bars.map((bar) => mark(bar.href, bar.acknowledged ? "ch-bar ak" : "ch-bar al", label(bar))),
  );
  elements.forEach((element, i) => {
    const { left, width } = place(bars[i]!, window);
    element.style.left = `${left}%`;
    element.style.width = `${width}%`;
  });
}

/** One letter each; several that would overlap are one button, which opens the time they lie in. */
export function drawMarks(
  lane: HTMLElement,
  window: Window,
  marks: readonly Mark[],
  zone: string,
  open: (group: MarkGroup) => void,
): void {
  const groups = markGroups(marks, window, lane.clientWidth);
  const said = groups
    .map((group) => group.marks.map((m) => `${m.kind}${m.at}${m.label}`).join(";"))
    .join("|");
  const elements = children(lane, said, () =>
    groups.map((group) => {
      const [first] = group.marks;
      const words = group.marks.map((m) => `${m.label}, ${moment(m.at, zone)}`);
      const label =
        group.marks.length > 1 ? `${words.length} marks, zoom in: ${words.join("; ")}` : words[0]!;
      const element =
        group.marks.length > 1 ? document.createElement("button") : mark(first!.href, "ch-mk", label);
      if (element instanceof HTMLButtonElement) {
        element.type = "button";
        element.className = "ch-mk";
        element.title = label;
        element.setAttribute("aria-label", label);
        element.addEventListener("click", () => open(group));
      }
      element.textContent = groupWord(group);
      return element;
    }),
  );
  elements.forEach((element, i) => {
    element.style.left = `${groups[i]!.x}px`;
  });
}

export function drawTicks(lane: HTMLElement, span: Window, zone: string): void {
  lane.replaceChildren(
    ...timeTicks(span.from, span.to, lane.clientWidth, zone).map(({ at, label }) => {
      const tick = document.createElement("span");
      tick.style.left = `${((at - span.from) / (span.to - span.from)) * 100}%`;
      tick.textContent = label;
      return tick;
    }),
  );
}

export const moment = (at: number, zone: string): string => `${dayMonth(at, zone)}, ${clock(at, zone)}`;

/** Ink labels on top: the cursor's time, and the pins. */
export function drawTimes(
  lane: HTMLElement,
  labels: readonly { leftPx: number; text: string; pin: boolean }[],
): void {
  lane.replaceChildren(
    ...labels.map(({ leftPx, text, pin }) => {
      const label = document.createElement("span");
      label.className = pin ? "curt fix" : "curt";
      label.textContent = text;
      const half = pin ? 8 : 40;
      label.style.left = `${Math.min(Math.max(leftPx, half), lane.clientWidth - half)}px`;
      return label;
    }),
  );
}

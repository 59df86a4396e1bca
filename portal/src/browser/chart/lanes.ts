import { clock, dayMonth } from "../../views/time.ts";
import type { Alarm, Point } from "./data.ts";
import { timeTicks } from "./ticks.ts";

/** What lies under the panes on the same time axis: operating mode, alarms, labels of the ticks. */
const SVG = "http://www.w3.org/2000/svg";

export type Span = { from: number; to: number };

function rect(
  svg: Element,
  span: Span,
  from: number,
  to: number,
  shape: { class?: string; fill?: string; y: number; height: number },
): SVGElement {
  const box = document.createElementNS(SVG, "rect");
  const width = span.to - span.from;
  const x = Math.max(0, (from - span.from) / width);
  const end = Math.min(1, (to - span.from) / width);
  box.setAttribute("x", `${x * 100}%`);
  box.setAttribute("width", `${Math.max(0.25, (end - x) * 100)}%`);
  box.setAttribute("y", String(shape.y));
  box.setAttribute("height", String(shape.height));
  if (shape.class) box.setAttribute("class", shape.class);
  if (shape.fill) box.setAttribute("fill", shape.fill);
  svg.append(box);
  return box;
}

function fresh(lane: Element, label: string): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  lane.replaceChildren(svg);
  return svg;
}

/** Loaded = full height, stopped = outline, no data = hatch. `running` are the rule's series, all must be above. */
export function drawModes(
  lane: Element,
  span: Span,
  rule: { tag: string; above: number }[],
  series: Map<string, Point[]>,
  bucketMs: number,
  gap: number,
): void {
  const svg = fresh(lane, "Operating mode");
  svg.innerHTML =
    '<defs><pattern id="gap" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0V4" stroke="var(--line-strong)" stroke-width="2"/></pattern></defs>';
  const first = series.get(rule[0]?.tag ?? "") ?? [];
  const meanAt = new Map(
    rule.map(({ tag }) => [tag, new Map((series.get(tag) ?? []).map((p) => [p.time, p.mean]))]),
  );
  let start: number | null = null;
  let mode = "";
  let end = span.from;
  const close = (at: number) => {
    if (start !== null)
      rect(
        svg,
        span,
        start,
        at,
        mode === "run" ? { class: "run", y: 1, height: 10 } : { class: "off", y: 2, height: 8 },
      );
    start = null;
  };
  for (const point of first) {
    const now = rule.every(
      ({ tag, above }) => (meanAt.get(tag)?.get(point.time) ?? Number.NEGATIVE_INFINITY) > above,
    )
      ? "run"
      : "off";
    if (point.time - end > gap) {
      close(end);
      rect(svg, span, end, point.time, { fill: "url(#gap)", y: 1, height: 10 });
    }
    if (start === null || now !== mode) {
      close(point.time);
      start = point.time;
      mode = now;
    }
    end = point.time + bucketMs;
  }
  close(Math.min(end, span.to));
  if (span.to - end > gap) rect(svg, span, end, span.to, { fill: "url(#gap)", y: 1, height: 10 });
}

/** A bar from start to end: thick red while not acknowledged, thin when acknowledged. */
export function drawAlarms(lane: Element, span: Span, alarms: readonly Alarm[]): void {
  const svg = fresh(
    lane,
    alarms.length ? alarms.map((alarm) => alarm.summary).join("; ") : "No alarm in this time",
  );
  for (const alarm of alarms) {
    if (alarm.from > span.to || (alarm.to ?? span.to) < span.from) continue;
    const box = rect(
      svg,
      span,
      alarm.from,
      alarm.to ?? span.to,
      alarm.acknowledged ? { class: "ak", y: 3, height: 6 } : { class: "al", y: 1, height: 10 },
    );
    const title = document.createElementNS(SVG, "title");
    title.textContent = alarm.summary;
    box.append(title);
    if (alarm.href) {
      const link = document.createElementNS(SVG, "a");
      link.setAttribute("href", alarm.href);
      box.replaceWith(link);
      link.append(box);
    }
  }
}

export function drawTicks(lane: HTMLElement, span: Span, zone: string): void {
  lane.replaceChildren(
    ...timeTicks(span.from, span.to, lane.clientWidth, zone).map(({ at, label }) => {
      const tick = document.createElement("span");
      tick.style.left = `${((at - span.from) / (span.to - span.from)) * 100}%`;
      tick.textContent = label;
      return tick;
    }),
  );
}

/** The cursor's time in an ink label on top; "14:32" within a day, with the date beyond. */
export function drawCursorTime(lane: HTMLElement, leftPx: number | null, at: number, zone: string): void {
  if (leftPx === null) {
    lane.replaceChildren();
    return;
  }
  const label = document.createElement("span");
  label.className = "curt";
  label.textContent = `${dayMonth(at, zone)}, ${clock(at, zone)}`;
  label.style.left = `${Math.min(Math.max(leftPx, 40), lane.clientWidth - 40)}px`;
  lane.replaceChildren(label);
}

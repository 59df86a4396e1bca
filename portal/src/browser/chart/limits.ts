import type uPlot from "uplot";
import { decimalsOf, formatNumber } from "../../views/number.ts";
import type { Pane } from "./data.ts";
import { FONT, type Theme } from "./theme.ts";

type Drawn = { pane: Pane; theme: Theme };

/** Between warning and trip, lightly tinted. */
export function drawZones(u: uPlot, { pane, theme }: Drawn): void {
  const { ctx, bbox } = u;
  const y = (value: number) =>
    Math.min(bbox.top + bbox.height, Math.max(bbox.top, u.valToPos(value, "y", true)));
  ctx.save();
  ctx.fillStyle = theme.tint;
  ctx.globalAlpha = 0.7;
  const zone = (a: number | undefined, b: number | undefined) => {
    // Without a trip there is no zone between warning and trip, and half a pane of colour would say too much.
    if (a !== undefined && b !== undefined) ctx.fillRect(bbox.left, y(a), bbox.width, y(b) - y(a));
  };
  // Zones of several lines would lie on each other.
  const limits = pane.lines.length === 1 ? pane.lines[0]!.limits : null;
  zone(limits?.highHigh, limits?.high);
  zone(limits?.low, limits?.lowLow);
  ctx.restore();
}

/** Warning dashed, trip solid, each with its word on the line; one that is off the scale is told at the edge. */
export function drawLimits(u: uPlot, { pane, theme }: Drawn): void {
  const { ctx, bbox } = u;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.font = `500 ${FONT.replace("11px", `${11 * ratio}px`)}`;
  ctx.textBaseline = "middle";
  // uPlot leaves its axis alignment behind.
  ctx.textAlign = "left";
  // Two limits close together: the second label stands beside the first one.
  const labels: { at: number; right: number }[] = [];
  const drawn = new Set<string>();
  const line = (value: number | undefined, word: string, trip: boolean) => {
    if (value === undefined || drawn.has(`${word} ${value}`)) return;
    drawn.add(`${word} ${value}`);
    const y = u.valToPos(value, "y", true);
    const off = y < bbox.top - 1 ? "\u2191" : y > bbox.top + bbox.height + 1 ? "\u2193" : "";
    if (!off) {
      ctx.beginPath();
      ctx.setLineDash(trip ? [] : [6 * ratio, 3 * ratio]);
      ctx.strokeStyle = trip ? theme.f : theme.s;
      ctx.lineWidth = ratio;
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
    }
    const number = formatNumber(value, decimalsOf(Math.abs(value) || 1));
    const label = `${off}${off ? " " : ""}${word} ${number}${pane.unit ? ` ${pane.unit}` : ""}`;
    const width = ctx.measureText(label).width + 6 * ratio;
    const at = Math.min(bbox.top + bbox.height - 6 * ratio, Math.max(bbox.top + 6 * ratio, y));
    const near = labels.filter((other) => Math.abs(other.at - at) < 16 * ratio).map((other) => other.right);
    const left = Math.max(bbox.left, ...near) + 6 * ratio;
    labels.push({ at, right: left + width });
    ctx.fillStyle = theme.surface;
    ctx.fillRect(left, at - 7 * ratio, width, 14 * ratio);
    ctx.fillStyle = trip ? theme.fText : theme.sText;
    ctx.fillText(label, left + 3 * ratio, at);
  };
  for (const { name, limits } of pane.lines) {
    const of = (word: string) => (pane.lines.length > 1 ? `${name} ${word.toLowerCase()}` : word);
    line(limits?.high, of("High"), false);
    line(limits?.low, of("Low"), false);
    line(limits?.highHigh, of("High-high"), true);
    line(limits?.lowLow, of("Low-low"), true);
  }
  ctx.restore();
}

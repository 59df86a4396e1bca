import uPlot from "uplot";
import { decimalsOf, formatNumber } from "../../views/number.ts";
import { type Columns, type Pane, type Point, yRange } from "./data.ts";
import { timeTicks } from "./ticks.ts";

export type Theme = Record<
  "surface" | "ink3" | "line2" | "data" | "band" | "f" | "fText" | "s" | "sText" | "tint" | "ink",
  string
>;

/** Canvas needs resolved colours: the tokens are registered properties. */
export function readTheme(element: Element): Theme {
  const style = getComputedStyle(element);
  const token = (name: string) => style.getPropertyValue(name).trim();
  return {
    surface: token("--surface"),
    ink: token("--ink"),
    ink3: token("--ink-3"),
    line2: token("--line-2"),
    data: token("--data"),
    band: token("--data-band"),
    f: token("--f"),
    fText: token("--f-text"),
    s: token("--s-edge"),
    sText: token("--s-text"),
    tint: token("--s-tint"),
  };
}

export type PlotSettings = {
  pane: Pane;
  theme: Theme;
  zone: string;
  syncKey: string;
  axisPx: number;
  mark: number | null;
  window: () => [number, number];
  points: () => readonly Point[];
  onCursor: (index: number | null, left: number, at: number | null) => void;
  onZoom: (from: number, to: number) => void;
};

const FONT = '11px "IBM Plex Sans", system-ui, sans-serif';

/** One pane: mean line over its min-max band, limits as labelled lines, the zone beyond the warning tinted. */
export function createPlot(host: HTMLElement, data: Columns, set: PlotSettings): uPlot {
  const { theme, pane } = set;
  const options: uPlot.Options = {
    width: Math.max(50, host.clientWidth),
    height: host.clientHeight,
    padding: [6, 0, 6, 0],
    legend: { show: false },
    cursor: {
      sync: { key: set.syncKey, setSeries: false },
      drag: { x: true, y: false, setScale: false },
      y: false,
      points: { size: 7, fill: theme.data },
    },
    select: { show: true, left: 0, top: 0, width: 0, height: 0 },
    scales: {
      x: { time: true, range: () => set.window().map((ms) => ms / 1000) as [number, number] },
      y: { range: () => yRange(set.points(), pane.limits) },
    },
    series: [
      {},
      {
        stroke: theme.data,
        width: 1.5,
        spanGaps: false,
        points: { show: (u) => u.data[0].length < 60, size: 4 },
      },
      { stroke: "transparent", points: { show: false }, spanGaps: false },
      { stroke: "transparent", points: { show: false }, spanGaps: false },
    ],
    bands: [{ series: [3, 2], fill: theme.band }],
    axes: [
      {
        size: 0,
        values: () => [],
        ticks: { show: false },
        grid: { stroke: theme.line2, width: 1 },
        splits: (u) =>
          timeTicks(...set.window(), u.over.clientWidth || u.width, set.zone).map((tick) => tick.at / 1000),
      },
      {
        size: set.axisPx,
        stroke: theme.ink3,
        font: FONT,
        gap: 6,
        space: 44,
        ticks: { show: false },
        grid: { stroke: theme.line2, width: 1 },
        values: (_, splits) => axisLabels(splits),
      },
    ],
    hooks: {
      drawClear: [(u) => drawZones(u, set)],
      draw: [(u) => drawLimits(u, set)],
      setCursor: [
        (u) => {
          const { idx, left } = u.cursor;
          const inside = left !== undefined && left >= 0;
          set.onCursor(
            inside ? (idx ?? null) : null,
            left ?? -1,
            inside ? u.posToVal(left, "x") * 1000 : null,
          );
        },
      ],
      setSelect: [
        (u) => {
          if (u.select.width < 8) return;
          const from = u.posToVal(u.select.left, "x") * 1000;
          const to = u.posToVal(u.select.left + u.select.width, "x") * 1000;
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          set.onZoom(from, to);
        },
      ],
    },
  };
  return new uPlot(options, data, host);
}

/** As many decimals as the step between labels needs, and no more. */
function axisLabels(splits: number[]): string[] {
  const step = splits.length > 1 ? Math.abs(splits[1]! - splits[0]!) : 1;
  const decimals = Math.min(4, Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)));
  return splits.map((split) => formatNumber(split, decimals));
}

function drawZones(u: uPlot, { pane, theme }: PlotSettings): void {
  const { ctx, bbox } = u;
  const limits = pane.limits;
  if (!limits) return;
  const y = (value: number) =>
    Math.min(bbox.top + bbox.height, Math.max(bbox.top, u.valToPos(value, "y", true)));
  ctx.save();
  ctx.fillStyle = theme.tint;
  ctx.globalAlpha = 0.7;
  const zone = (a: number | undefined, b: number | undefined) => {
    // Without a trip there is no zone between warning and trip, and half a pane of colour would say too much.
    if (a !== undefined && b !== undefined) ctx.fillRect(bbox.left, y(a), bbox.width, y(b) - y(a));
  };
  zone(limits.highHigh, limits.high);
  zone(limits.low, limits.lowLow);
  ctx.restore();
}

function drawLimits(u: uPlot, { pane, theme, mark }: PlotSettings): void {
  const { ctx, bbox } = u;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.font = `500 ${11 * ratio}px "IBM Plex Sans", system-ui, sans-serif`;
  ctx.textBaseline = "middle";
  // uPlot leaves its axis alignment behind.
  ctx.textAlign = "left";
  // Two limits close together: the second label stands beside the first one.
  const labels: { at: number; right: number }[] = [];
  const line = (value: number | undefined, word: string, trip: boolean) => {
    if (value === undefined) return;
    const y = u.valToPos(value, "y", true);
    if (y < bbox.top - 1 || y > bbox.top + bbox.height + 1) return;
    ctx.beginPath();
    ctx.setLineDash(trip ? [] : [6 * ratio, 3 * ratio]);
    ctx.strokeStyle = trip ? theme.f : theme.s;
    ctx.lineWidth = ratio;
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    const label = `${word} ${formatNumber(value, decimalsOf(Math.abs(value) || 1))}${pane.unit ? ` ${pane.unit}` : ""}`;
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
  line(pane.limits?.high, "High", false);
  line(pane.limits?.low, "Low", false);
  line(pane.limits?.highHigh, "High-high", true);
  line(pane.limits?.lowLow, "Low-low", true);
  if (mark !== null) {
    const x = u.valToPos(mark / 1000, "x", true);
    ctx.setLineDash([]);
    ctx.strokeStyle = theme.ink;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}

import uPlot from "uplot";
import { formatNumber } from "../../views/number.ts";
import { type Columns, type Pane, type Point, yRange } from "./data.ts";
import { drawLimits, drawZones } from "./limits.ts";
import { FONT, strokeOf, type Theme } from "./theme.ts";
import { timeTicks } from "./ticks.ts";

export type PlotSettings = {
  pane: Pane;
  theme: Theme;
  zone: string;
  /** null: a picture, without cursor. */
  syncKey: string | null;
  axisPx: number;
  /** Event time to draw a line at, epoch ms. */
  mark: number | null;
  /** Pinned moments, epoch ms. */
  pins: () => readonly number[];
  window: () => [number, number];
  points: (tag: string) => readonly Point[];
  /** Moments at which values arrived late, epoch ms. */
  late: (tag: string) => readonly number[];
  onCursor: (leftPx: number, at: number | null) => void;
  onSelect: (from: number, to: number) => void;
};

/** A selection narrower than this is a click with an unsteady hand. */
const CLICK_PX = 8;
/** Fewer buckets than this are drawn as points too. */
const FEW = 60;

/** The columns of all lines of a pane on one x axis; `null` stays a gap. */
export function paneData(columns: readonly Columns[]): uPlot.AlignedData {
  const tables = columns.map((column): uPlot.AlignedData => column);
  if (tables.length === 1) return tables[0]!;
  // 2: a gap swallows what only the other lines have a time for.
  return uPlot.join(
    tables,
    columns.map((): uPlot.JoinNullMode[] => [0, 2, 2, 2]),
  );
}

/** One pane: each line over its min-max band, limits as labelled lines, the zone beyond the warning tinted. */
export function createPlot(host: HTMLElement, data: uPlot.AlignedData, set: PlotSettings): uPlot {
  const { theme, pane } = set;
  const options: uPlot.Options = {
    width: Math.max(50, host.clientWidth),
    height: host.clientHeight,
    padding: [6, 0, 6, 0],
    legend: { show: false },
    cursor: {
      show: set.syncKey !== null,
      ...(set.syncKey === null ? {} : { sync: { key: set.syncKey, setSeries: false } }),
      drag: { x: true, y: false, setScale: false },
      // Shift drags the time axis (gestures.ts); a double click is the chart's own reset.
      bind: {
        mousedown: (_, __, handler) => (event) => (event.shiftKey ? null : handler(event)),
        dblclick: () => () => null,
      },
      y: false,
      // On the mean only, not on the band's edges.
      points: { size: (_, place) => (place % 3 === 1 ? 7 : 0), fill: theme.data },
    },
    select: { show: true, left: 0, top: 0, width: 0, height: 0 },
    scales: {
      x: { time: true, range: () => set.window().map((ms) => ms / 1000) as [number, number] },
      y: {
        range: () =>
          yRange(
            pane.lines.map(({ key, limits }) => ({ points: visible(set.points(key), set.window()), limits })),
          ),
      },
    },
    series: [
      {},
      ...pane.lines.flatMap((_, place) => {
        const { stroke, dash } = strokeOf(theme, place);
        const edge = {
          stroke: place % 2 ? theme.data2 : theme.data,
          width: 1,
          alpha: 0.35,
          points: { show: false },
        };
        return [
          {
            stroke,
            ...(dash ? { dash } : {}),
            width: 1.5,
            spanGaps: false,
            points: { show: (u: uPlot) => u.data[0].length < FEW, size: 4 },
          },
          // The band's edge: without it a spike of one sample in 90 days is a tint one pixel wide.
          { ...edge, spanGaps: false },
          { ...edge, spanGaps: false },
        ];
      }),
    ],
    bands: pane.lines.map((_, place) => ({
      series: [place * 3 + 3, place * 3 + 2] as [number, number],
      fill: place % 2 ? theme.band2 : theme.band,
    })),
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
      draw: [(u) => drawLimits(u, set), (u) => drawMoments(u, set), (u) => drawDoubt(u, set)],
      setCursor: [
        (u) => {
          const { left } = u.cursor;
          const inside = left !== undefined && left >= 0;
          set.onCursor(left ?? -1, inside ? u.posToVal(left, "x") * 1000 : null);
        },
      ],
      setSelect: [
        (u) => {
          if (u.select.width < CLICK_PX) return;
          const from = u.posToVal(u.select.left, "x") * 1000;
          const to = u.posToVal(u.select.left + u.select.width, "x") * 1000;
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          set.onSelect(from, to);
        },
      ],
    },
  };
  return new uPlot(options, data, host);
}

function visible(points: readonly Point[], [from, to]: [number, number]): readonly Point[] {
  return points.filter((point) => point.time >= from && point.time <= to);
}

/** As many decimals as the step between labels needs, and no more. */
function axisLabels(splits: number[]): string[] {
  const step = splits.length > 1 ? Math.abs(splits[1]! - splits[0]!) : 1;
  const decimals = Math.min(4, Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)));
  return splits.map((split) => formatNumber(split, decimals));
}

/** The event's line, and the pins dashed. */
function drawMoments(u: uPlot, { theme, mark, pins }: PlotSettings): void {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.strokeStyle = theme.ink;
  ctx.lineWidth = devicePixelRatio;
  const line = (at: number, dash: number[]) => {
    const x = Math.round(u.valToPos(at / 1000, "x", true)) + 0.5;
    if (x < bbox.left || x > bbox.left + bbox.width) return;
    ctx.setLineDash(dash.map((px) => px * devicePixelRatio));
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  };
  if (mark !== null) line(mark, []);
  for (const pin of pins()) line(pin, [2, 2]);
  ctx.restore();
}

/** Uncertain samples as hollow points; late ones as a small tick at the base. */
function drawDoubt(u: uPlot, { pane, theme, points, late }: PlotSettings): void {
  const { ctx, bbox } = u;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.lineWidth = ratio;
  ctx.fillStyle = theme.surface;
  const [xs] = u.data;
  pane.lines.forEach(({ key }, place) => {
    ctx.strokeStyle = strokeOf(theme, place).stroke;
    const means = u.data[place * 3 + 1] ?? [];
    const doubtful = points(key).filter((point) => point.uncertain);
    let i = 0;
    for (const point of doubtful) {
      // The column's x lies within the bucket, at or after its start.
      while (i < xs.length && (xs[i]! < point.time / 1000 || means[i] === null || means[i] === undefined))
        i++;
      const mean = means[i];
      if (mean === null || mean === undefined) break;
      ctx.beginPath();
      ctx.arc(u.valToPos(xs[i]!, "x", true), u.valToPos(mean, "y", true), 2.75 * ratio, 0, 2 * Math.PI);
      ctx.fill();
      ctx.stroke();
    }
    for (const at of late(key)) {
      const x = u.valToPos(at / 1000, "x", true);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top + bbox.height);
      ctx.lineTo(x, bbox.top + bbox.height - 6 * ratio);
      ctx.stroke();
    }
  });
  ctx.restore();
}

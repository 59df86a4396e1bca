import type uPlot from "uplot";
import { duration } from "../../views/time.ts";
import { moment } from "./lanes.ts";
import { alarmBars, groupWord, markGroups } from "./marks.ts";
import type { ModeRun } from "./modes.ts";
import { createPlot } from "./plot.ts";
import type { PaneStack } from "./stack.ts";
import { FONT, readLightTheme, strokeOf, type Theme } from "./theme.ts";
import { timeTicks } from "./ticks.ts";

const WIDTH = 1200;
const MARGIN = 24;
const AXIS = 56;
const PANE = 190;
const LABEL = 24;

/**
 * What is shown, as one picture for a report: always light, with everything that a reader of the paper must know. Handed
 * over as a download. `words`: from when to when.
 */
export async function savePicture(stack: PaneStack, words: string): Promise<void> {
  const canvas = await draw(stack, words);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${stack.root.dataset.file ?? "chart"}.png`;
  link.click();
  // The download has begun with the click; the memory goes when it surely has been read.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function draw(stack: PaneStack, words: string): Promise<HTMLCanvasElement> {
  const theme = readLightTheme();
  const host = document.createElement("div");
  host.className = "chart-offscreen";
  document.body.append(host);
  const plots = stack.shown.panes.map((pane) => {
    const box = document.createElement("div");
    box.style.width = `${WIDTH - 2 * MARGIN}px`;
    box.style.height = `${PANE}px`;
    host.append(box);
    return createPlot(box, stack.data(pane), {
      ...stack.settings(pane),
      theme,
      axisPx: AXIS,
      syncKey: null,
      onCursor: () => undefined,
      onSelect: () => undefined,
    });
  });
  // uPlot draws in a microtask; the fonts are there since the page was drawn with them.
  await new Promise((resolve) => requestAnimationFrame(resolve));
  const canvas = compose(stack, words, theme, plots);
  for (const plot of plots) plot.destroy();
  host.remove();
  return canvas;
}

function compose(stack: PaneStack, words: string, theme: Theme, plots: readonly uPlot[]): HTMLCanvasElement {
  const { shown } = stack;
  const modes = shown.running.length ? stack.modes() : null;
  const canvas = document.createElement("canvas");
  const ratio = devicePixelRatio;
  const lanes = (modes ? 22 : 0) + 22 + (shown.marks.length ? 24 : 0);
  const height = 84 + plots.length * (LABEL + PANE) + lanes + 24 + 56;
  canvas.width = WIDTH * ratio;
  canvas.height = height * ratio;
  const pen = canvas.getContext("2d");
  if (!pen) return canvas;
  pen.scale(ratio, ratio);
  pen.fillStyle = theme.surface;
  pen.fillRect(0, 0, WIDTH, height);
  const left = MARGIN + AXIS;
  const plotWidth = WIDTH - 2 * MARGIN - AXIS;
  const write = (
    text: string,
    x: number,
    y: number,
    style: { size?: number; bold?: boolean; colour?: string } = {},
  ) => {
    pen.font = `${style.bold ? 600 : 400} ${FONT.replace("11px", `${style.size ?? 12}px`)}`;
    pen.fillStyle = style.colour ?? theme.ink2;
    pen.textBaseline = "alphabetic";
    pen.fillText(text, x, y);
    return pen.measureText(text).width;
  };
  const { title = "", subtitle = "" } = stack.root.dataset;
  write(title, MARGIN, 40, { size: 20, bold: true, colour: theme.ink });
  const line = [
    subtitle,
    words,
    shown.zone,
    `mean of ${duration(Math.max(1000, shown.bucketMs))}, band min to max`,
  ];
  write(line.filter(Boolean).join(" \u00b7 "), MARGIN, 62, { size: 13 });
  const { from, to } = shown.window;
  const xOf = (at: number) => left + ((Math.min(to, Math.max(from, at)) - from) / (to - from)) * plotWidth;
  let y = 84;
  for (const [i, pin] of shown.pins.entries()) {
    if (pin < from || pin > to) continue;
    write(i ? "B" : "A", xOf(pin) - 4, y + 20, { size: 11, bold: true, colour: theme.ink });
  }
  shown.panes.forEach((pane, i) => {
    let x = MARGIN;
    pane.lines.forEach((each, place) => {
      pen.strokeStyle = strokeOf(theme, place).stroke;
      pen.lineWidth = 2;
      pen.setLineDash(strokeOf(theme, place).dash ?? []);
      pen.beginPath();
      pen.moveTo(x, y + 11);
      pen.lineTo(x + 18, y + 11);
      pen.stroke();
      pen.setLineDash([]);
      x += 24;
      const words = `${each.name}${pane.unit ? `, ${pane.unit}` : ""}`;
      x += write(words, x, y + 15, { size: 13, bold: true, colour: theme.ink }) + 20;
    });
    pen.drawImage(plots[i]!.ctx.canvas, MARGIN, y + LABEL, WIDTH - 2 * MARGIN, PANE);
    y += LABEL + PANE;
  });
  if (modes) {
    write("Mode", MARGIN, y + 13, { size: 11, colour: theme.ink3 });
    for (const run of modes) drawRun(pen, theme, run, xOf(run.from), xOf(run.to), y + 4);
    y += 22;
  }
  write("Alarms", MARGIN, y + 13, { size: 11, colour: theme.ink3 });
  for (const bar of alarmBars(shown.alarms, shown.window, plotWidth)) {
    const [x, width, thick] = [xOf(bar.from), Math.max(3, xOf(bar.to) - xOf(bar.from)), !bar.acknowledged];
    pen.fillStyle = thick ? theme.fTint : theme.surface;
    pen.strokeStyle = thick ? theme.f : theme.s;
    pen.lineWidth = 1.5;
    pen.fillRect(x, y + (thick ? 4 : 6), width, thick ? 10 : 6);
    pen.strokeRect(x, y + (thick ? 4 : 6), width, thick ? 10 : 6);
  }
  y += 22;
  if (shown.marks.length) {
    write("Marks", MARGIN, y + 15, { size: 11, colour: theme.ink3 });
    for (const group of markGroups(shown.marks, shown.window, plotWidth)) {
      pen.textAlign = "center";
      write(groupWord(group), left + group.x, y + 15, { size: 11, bold: true, colour: theme.ink });
      pen.textAlign = "left";
    }
    y += 24;
  }
  for (const tick of timeTicks(from, to, plotWidth, shown.zone)) {
    pen.textAlign = "center";
    write(tick.label, xOf(tick.at), y + 14, { size: 11, colour: theme.ink3 });
    pen.textAlign = "left";
  }
  y += 24;
  const legend = [
    modes ? "mode: full = running, half = idle, outline = stopped, hatch = no data" : "",
    "alarms: thick = not acknowledged, thin = acknowledged",
    shown.marks.length ? "T ticket, V visit, C command, F firmware, N note" : "",
  ];
  write(legend.filter(Boolean).join(" \u00b7 "), MARGIN, y + 20, { size: 11, colour: theme.ink3 });
  write(`Millwright \u00b7 drawn ${moment(Date.now(), shown.zone)}`, MARGIN, y + 38, {
    size: 11,
    colour: theme.ink3,
  });
  return canvas;
}

function drawRun(
  pen: CanvasRenderingContext2D,
  theme: Theme,
  { mode }: ModeRun,
  x: number,
  end: number,
  y: number,
): void {
  const width = Math.max(1, end - x);
  pen.fillStyle = theme.run;
  pen.strokeStyle = theme.lineStrong;
  pen.lineWidth = 1;
  if (mode === "loaded") pen.fillRect(x, y, width, 10);
  if (mode === "idle") pen.fillRect(x, y + 5, width, 5);
  if (mode === "stopped") pen.strokeRect(x + 0.5, y + 0.5, width - 1, 9);
  if (mode !== "gap") return;
  pen.save();
  pen.beginPath();
  pen.rect(x, y, width, 10);
  pen.clip();
  pen.beginPath();
  for (let at = x - 10; at < end; at += 4) {
    pen.moveTo(at, y + 10);
    pen.lineTo(at + 10, y);
  }
  pen.stroke();
  pen.restore();
}

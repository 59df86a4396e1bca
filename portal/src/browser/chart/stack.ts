import type uPlot from "uplot";
import { columns, gapMs, type Pane, type Point } from "./data.ts";
import { drawAlarms, drawMarks, drawModes, drawTicks, drawTimes, moment } from "./lanes.ts";
import type { Alarm, Mark, MarkGroup } from "./marks.ts";
import { type ModeRun, modeRuns, type Running, silences } from "./modes.ts";
import { createPlot, type PlotSettings, paneData } from "./plot.ts";
import { showReadout } from "./readout.ts";
import { readTheme } from "./theme.ts";
import type { Window } from "./window.ts";

/** Everything a chart shows. The element changes it, the stack draws it. */
export type Shown = {
  zone: string;
  panes: Pane[];
  running: Running[];
  alarms: Alarm[];
  marks: Mark[];
  points: Map<string, Point[]>;
  /** Moments at which values came late while the page was open, by tag. */
  late: Map<string, number[]>;
  window: Window;
  bucketMs: number;
  cursorAt: number | null;
  pins: number[];
  /** Event time to draw a line at. */
  mark: number | null;
};

type Wishes = { select(from: number, to: number): void; open(group: MarkGroup): void };

/** A machine that is silent for so long has no mode. */
const MODE_INTERVAL_MS = 60_000;
/** As in views/css/chart.css: larger text gets the narrower layout. */
const NARROW = "(max-width: 47.5em)";

/** The panes on their common time axis, the lanes under them and the readouts beside them. */
export class PaneStack {
  #plots: uPlot[] = [];

  constructor(
    readonly root: HTMLElement,
    readonly shown: Shown,
    readonly wishes: Wishes,
  ) {}

  get drawn(): boolean {
    return this.#plots.length > 0;
  }

  part(name: string): HTMLElement | null {
    return this.root.querySelector<HTMLElement>(`[data-part="${name}"]`);
  }

  boxes(): HTMLElement[] {
    return [...this.root.querySelectorAll<HTMLElement>("[data-pane]")];
  }

  timeAt(leftPx: number): number {
    return (this.#plots[0]?.posToVal(leftPx, "x") ?? 0) * 1000;
  }

  leftOf(at: number): number {
    return this.#plots[0]?.valToPos(at / 1000, "x") ?? -1;
  }

  /** The first plot tells the others by their common key. */
  moveCursor(at: number): void {
    this.#plots[0]?.setCursor({ left: this.leftOf(at), top: 10 });
  }

  destroy(): void {
    for (const plot of this.#plots) plot.destroy();
    this.#plots = [];
  }

  /** `anew`: other size, theme or buckets; else only the window moved or values came. */
  draw(anew: boolean): void {
    const { shown } = this;
    if (anew) this.#create();
    else {
      this.#plots.forEach((plot, i) => {
        plot.setData(this.data(shown.panes[i]!), true);
      });
    }
    this.tell();
    const [mode, alarms, marks, ticks] = ["mode", "alarms", "marks", "ticks"].map((name) => this.part(name));
    if (mode) drawModes(mode, shown.window, this.modes());
    if (alarms) drawAlarms(alarms, shown.window, shown.alarms, shown.zone);
    if (marks) drawMarks(marks, shown.window, shown.marks, shown.zone, this.wishes.open);
    if (ticks) drawTicks(ticks, shown.window, shown.zone);
  }

  /** The pins have changed. */
  redraw(): void {
    for (const plot of this.#plots) plot.redraw(false);
    this.tell();
  }

  /** A new plot knows its scales, and forgets the cursor, only when it has drawn itself: in a microtask. */
  #create(): void {
    const { cursorAt } = this.shown;
    const hosts = [...this.root.querySelectorAll<HTMLElement>('[data-part="plot"]')];
    this.destroy();
    const theme = readTheme(this.root);
    this.#plots = this.shown.panes.map((pane, i) =>
      createPlot(hosts[i]!, this.data(pane), {
        ...this.settings(pane),
        theme,
        axisPx: matchMedia(NARROW).matches ? 40 : 52,
        syncKey: "mw",
        // All panes hear of a cursor at once; one of them tells.
        onCursor: (_, at) => {
          if (i > 0) return;
          this.shown.cursorAt = at;
          this.tell();
        },
        onSelect: this.wishes.select,
      }),
    );
    queueMicrotask(() => {
      if (cursorAt !== null) this.moveCursor(cursorAt);
      this.shown.cursorAt = cursorAt;
      this.tell();
    });
  }

  settings(pane: Pane): Pick<PlotSettings, "pane" | "zone" | "mark" | "pins" | "window" | "points" | "late"> {
    const { shown } = this;
    return {
      pane,
      zone: shown.zone,
      mark: shown.mark,
      pins: () => shown.pins,
      window: () => [shown.window.from, shown.window.to],
      points: (tag) => shown.points.get(tag) ?? [],
      late: (tag) => shown.late.get(tag) ?? [],
    };
  }

  data(pane: Pane): uPlot.AlignedData {
    const { points, bucketMs, window } = this.shown;
    return paneData(
      pane.lines.map(({ key, intervalMs }) =>
        columns(points.get(key) ?? [], bucketMs, gapMs(bucketMs, intervalMs), window.to),
      ),
    );
  }

  modes(): ModeRun[] {
    const { running, points, window, bucketMs, panes } = this.shown;
    if (running.length) return modeRuns(running, points, window, bucketMs, gapMs(bucketMs, MODE_INTERVAL_MS));
    const lines = panes.flatMap((pane) => pane.lines);
    return silences(
      lines.map(({ key, intervalMs }) => ({
        points: points.get(key) ?? [],
        gap: gapMs(bucketMs, intervalMs),
      })),
      window,
      bucketMs,
    );
  }

  /** Times on top and values beside: at the cursor, else the newest. */
  tell(): void {
    const { panes, points, bucketMs, cursorAt, pins, zone } = this.shown;
    const boxes = this.boxes();
    panes.forEach((pane, i) => {
      if (boxes[i]) showReadout(boxes[i], pane, { points, bucketMs, at: cursorAt, pins });
    });
    const lane = this.part("cursor");
    if (!lane) return;
    const labels = pins
      .map((pin, i) => ({ leftPx: this.leftOf(pin), text: i ? "B" : "A", pin: true }))
      .filter(({ leftPx }) => leftPx >= 0 && leftPx <= lane.clientWidth);
    if (cursorAt !== null)
      labels.push({ leftPx: this.leftOf(cursorAt), text: moment(cursorAt, zone), pin: false });
    drawTimes(lane, labels);
  }
}

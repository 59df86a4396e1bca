import type uPlot from "uplot";
import { formatNumber } from "../../views/number.ts";
import { clock, dayMonth, duration } from "../../views/time.ts";
import { on } from "../live.ts";
import {
  type Alarm,
  append,
  bucketsOf,
  type Columns,
  columns,
  gapMs,
  type Pane,
  type Point,
} from "./data.ts";
import { drawAlarms, drawCursorTime, drawModes, drawTicks } from "./lanes.ts";
import { createPlot, readTheme } from "./plot.ts";
import { fetchSeries } from "./series.ts";

/** One bucket per so many pixels; more cannot be seen. */
const PX_PER_BUCKET = 2;
const MOST_BUCKETS = 1000;
/** The window of a live chart moves on this often even when nothing arrives. */
const MOVE_EVERY_MS = 5000;
const SPEAK_EVERY_MS = 1000;

/** `<mw-chart>`: reads what to draw from its data attributes (pages/chart-panel.tsx), fetches the buckets, follows the stream. */
export class ChartElement extends HTMLElement {
  #panes: Pane[] = [];
  #running: { tag: string; above: number }[] = [];
  #alarms: Alarm[] = [];
  #points = new Map<string, Point[]>();
  #plots: uPlot[] = [];
  #from = 0;
  #to = 0;
  #bucketMs = 1;
  #follow = false;
  #cursorAt: number | null = null;
  #pending = 0;
  #request: AbortController | null = null;
  #lastSpoken = 0;

  connectedCallback(): void {
    const { panes, alarms, running, from, to, follow } = this.dataset;
    this.#panes = JSON.parse(panes ?? "[]");
    this.#alarms = JSON.parse(alarms ?? "[]");
    this.#running = JSON.parse(running ?? "[]");
    this.#from = Number(from);
    this.#to = Number(to);
    this.#follow = follow !== undefined;
    void this.#load();
    on("values", (event) => {
      if (event.asset === this.dataset.asset && this.#follow) this.#take(event.values);
    });
    new ResizeObserver(() => this.#draw(true)).observe(this);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#draw(true));
    setInterval(() => this.#follow && !document.hidden && this.#move(), MOVE_EVERY_MS);
    this.addEventListener("keydown", (event) => this.#key(event));
    this.addEventListener("dblclick", () => this.#part("back", document)?.click());
  }

  get #zone(): string {
    return this.dataset.zone ?? "UTC";
  }

  #part(name: string, root: ParentNode = this): HTMLElement | null {
    return root.querySelector<HTMLElement>(`[data-part="${name}"]`);
  }

  async #load(): Promise<void> {
    this.#request?.abort();
    this.#request = new AbortController();
    const width = this.querySelector(".plot")?.clientWidth ?? 600;
    const most = Math.min(MOST_BUCKETS, Math.max(50, Math.floor(width / PX_PER_BUCKET)));
    const { widthMs, ...span } = bucketsOf(this.#from, this.#to, most);
    const tags = [
      ...new Set([...this.#panes.map((pane) => pane.key), ...this.#running.map((rule) => rule.tag)]),
    ];
    const note = this.#part("note");
    try {
      const answer = await fetchSeries(this.dataset.series ?? "", { tags, ...span }, this.#request.signal);
      this.#points = answer.points;
      // A reader whose ownership began within the span gets a shorter one, in as many buckets.
      this.#bucketMs =
        answer.from === span.from ? widthMs : Math.ceil((span.to - answer.from) / span.buckets);
      const empty = this.#panes.every((pane) => !this.#points.get(pane.key)?.length);
      if (note) {
        note.hidden = !empty;
        note.textContent = empty ? "No reading in this time." : "";
      }
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return;
      if (note) {
        note.hidden = false;
        note.textContent = "The readings cannot be shown just now. They are kept; reload in a moment.";
      }
      return;
    }
    const bucket = this.#part("bucket");
    if (bucket) bucket.textContent = `mean of ${duration(Math.max(1000, this.#bucketMs))}`;
    this.#draw(true);
    this.dataset.drawn = "";
  }

  /** Live samples of good or uncertain quality; bad ones are in the store but not in the line. */
  #take(values: readonly { tag: string; value: number; time: number; quality: string }[]): void {
    for (const value of values) {
      if (value.quality === "bad") continue;
      const points = this.#points.get(value.tag);
      if (points) append(points, value, this.#from, this.#bucketMs);
      else if (this.#panes.some((pane) => pane.key === value.tag)) {
        this.#points.set(value.tag, [
          { ...value, min: value.value, max: value.value, mean: value.value, last: value.value, count: 1 },
        ]);
      }
    }
    this.#move();
  }

  #move(): void {
    if (this.#pending) return;
    this.#pending = requestAnimationFrame(() => {
      this.#pending = 0;
      const span = this.#to - this.#from;
      this.#to = Math.max(this.#to, Date.now());
      this.#from = this.#to - span;
      this.#draw(false);
    });
  }

  #draw(anew: boolean): void {
    const hosts = [...this.querySelectorAll<HTMLElement>('[data-part="plot"]')];
    if (!this.#points.size && !this.#plots.length && !anew) return;
    if (anew) {
      for (const plot of this.#plots) plot.destroy();
      const theme = readTheme(this);
      const axisPx = innerWidth <= 760 ? 40 : 52;
      this.#plots = this.#panes.map((pane, i) =>
        createPlot(hosts[i]!, this.#columns(pane), {
          pane,
          theme,
          axisPx,
          zone: this.#zone,
          syncKey: "mw",
          mark: this.dataset.mark ? Number(this.dataset.mark) : null,
          window: () => [this.#from, this.#to],
          points: () => this.#points.get(pane.key) ?? [],
          onCursor: (_, left, at) => {
            if (i === 0) this.#showCursor(left, at);
            this.#read(i, at);
          },
          onZoom: (from, to) => this.#zoom(from, to),
        }),
      );
    } else {
      this.#plots.forEach((plot, i) => {
        plot.setData(this.#columns(this.#panes[i]!), true);
      });
    }
    this.#panes.forEach((_, i) => {
      this.#read(i, this.#cursorAt);
    });
    const span = { from: this.#from, to: this.#to };
    const [mode, alarms, ticks] = [this.#part("mode"), this.#part("alarms"), this.#part("ticks")];
    if (mode)
      drawModes(mode, span, this.#running, this.#points, this.#bucketMs, gapMs(this.#bucketMs, 60_000));
    if (alarms) drawAlarms(alarms, span, this.#alarms);
    if (ticks) drawTicks(ticks, span, this.#zone);
  }

  #columns(pane: Pane): Columns {
    const points = this.#points.get(pane.key) ?? [];
    return columns(points, this.#bucketMs, gapMs(this.#bucketMs, pane.intervalMs), this.#to);
  }

  #showCursor(left: number, at: number | null): void {
    this.#cursorAt = at;
    const lane = this.#part("cursor");
    if (lane) drawCursorTime(lane, at === null ? null : left, at ?? 0, this.#zone);
  }

  /** Readout column: the value under the cursor, else the newest. */
  #read(index: number, at: number | null): void {
    const pane = this.#panes[index];
    const box = this.querySelectorAll<HTMLElement>("[data-pane]")[index];
    if (!pane || !box) return;
    const points = this.#points.get(pane.key) ?? [];
    const point = at === null ? points.at(-1) : nearest(points, at, gapMs(this.#bucketMs, pane.intervalMs));
    const value = box.querySelector('[data-part="value"]');
    const spread = box.querySelector('[data-part="spread"]');
    const shown = at === null ? point?.last : point?.mean;
    if (value)
      value.textContent =
        shown === undefined
          ? "no data"
          : `${formatNumber(shown, pane.decimals)}${pane.unit ? `\u00a0${pane.unit}` : ""}`;
    if (spread) {
      spread.textContent =
        point && point.max > point.min
          ? `${formatNumber(point.min, pane.decimals)} to ${formatNumber(point.max, pane.decimals)}`
          : "";
    }
  }

  #zoom(from: number, to: number): void {
    this.#from = from;
    this.#to = Math.max(to, from + 10_000);
    this.#follow = false;
    const url = new URL(location.href);
    url.searchParams.delete("range");
    url.searchParams.set("from", String(Math.round(this.#from)));
    url.searchParams.set("to", String(Math.round(this.#to)));
    history.replaceState(null, "", url);
    const back = this.#part("back", document);
    if (back) back.hidden = false;
    document.querySelector(".seg [aria-current]")?.removeAttribute("aria-current");
    const title = document.querySelector("[data-chart-title]");
    if (title) title.textContent = `${this.#words(this.#from)} to ${this.#words(this.#to)}`;
    void this.#load();
  }

  #words(at: number): string {
    return `${dayMonth(at, this.#zone)}, ${clock(at, this.#zone)}`;
  }

  #key(event: KeyboardEvent): void {
    const span = this.#to - this.#from;
    const step = this.#bucketMs * (event.shiftKey ? 10 : 1);
    const at = this.#cursorAt ?? this.#to - this.#bucketMs;
    const middle = (this.#from + this.#to) / 2;
    const moves: Record<string, () => void> = {
      ArrowLeft: () => this.#cursorTo(at - step),
      ArrowRight: () => this.#cursorTo(at + step),
      Home: () => this.#cursorTo(this.#from),
      End: () => this.#cursorTo(this.#to - this.#bucketMs),
      "[": () => this.#zoom(this.#from - span / 2, this.#to - span / 2),
      "]": () => this.#zoom(this.#from + span / 2, this.#to + span / 2),
      "+": () => this.#zoom(middle - span / 4, middle + span / 4),
      "-": () => this.#zoom(middle - span, middle + span),
      "0": () => this.#part("back", document)?.click(),
    };
    const move = moves[event.key];
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    move();
  }

  #cursorTo(ms: number): void {
    const at = Math.min(this.#to, Math.max(this.#from, ms));
    for (const plot of this.#plots) plot.setCursor({ left: plot.valToPos(at / 1000, "x"), top: 10 });
    this.#cursorAt = at;
    if (Date.now() - this.#lastSpoken < SPEAK_EVERY_MS) return;
    this.#lastSpoken = Date.now();
    const spoken = this.#part("spoken");
    const values = [...this.querySelectorAll('.rd [data-part="value"]')].map(
      (v, i) => `${this.#panes[i]?.name} ${v.textContent}`,
    );
    if (spoken) spoken.textContent = `${this.#words(at)}: ${values.join(", ")}`;
  }
}

function nearest(points: readonly Point[], at: number, within: number): Point | undefined {
  let best: Point | undefined;
  for (const point of points) if (!best || Math.abs(point.time - at) < Math.abs(best.time - at)) best = point;
  return best && Math.abs(best.time - at) <= within ? best : undefined;
}

import type uPlot from "uplot";
import { duration } from "../../views/time.ts";
import { on } from "../live.ts";
import { keepAddress, keepLinks, readPageAgain } from "./address.ts";
import { append, bucketsOf, columns, gapMs, nearest, type Pane, type Point } from "./data.ts";
import { listen } from "./gestures.ts";
import { keyMove } from "./keys.ts";
import { drawAlarms, drawMarks, drawModes, drawTicks, drawTimes, moment } from "./lanes.ts";
import type { Alarm, Mark } from "./marks.ts";
import { type ModeRun, modeRuns, type Running, silences } from "./modes.ts";
import { savePicture } from "./picture.ts";
import { createPlot, paneData } from "./plot.ts";
import { pinSpan, showReadout } from "./readout.ts";
import { chartSentence } from "./sentence.ts";
import { fetchSeries } from "./series.ts";
import { speaker } from "./speech.ts";
import { readTheme } from "./theme.ts";
import { dragged, endsNow, panned, type Window, zoomed } from "./window.ts";

/** One bucket per so many pixels; more cannot be seen. */
const PX_PER_BUCKET = 2;
const MOST_BUCKETS = 2000;
/** The window of a live chart moves on this often even when nothing arrives. */
const MOVE_EVERY_MS = 5000;
/** A wheel turns and fingers move many times a second; the buckets are asked for when they rest. */
const REST_MS = 180;
/** Far enough below the fold that nobody waits for it. */
const NEAR_FOLD = "400px";
const STEP = { in: 0.5, out: 2, pan: 0.5 };
/** A click so near to a pin takes it away. */
const PIN_PX = 6;

/** `<mw-chart>`: reads what to draw from its data attributes (pages/chart-panel.tsx), fetches the buckets, follows the stream. */
export class ChartElement extends HTMLElement {
  #panes: Pane[] = [];
  #running: Running[] = [];
  #alarms: Alarm[] = [];
  #marks: Mark[] = [];
  #points = new Map<string, Point[]>();
  #late = new Map<string, number[]>();
  #plots: uPlot[] = [];
  #window: Window = { from: 0, to: 1 };
  #first: { window: Window; follow: boolean } = { window: this.#window, follow: false };
  #bucketMs = 1;
  #follow = false;
  #cursorAt: number | null = null;
  #pins: number[] = [];
  /** The pane that ↑ ↓ chose to be spoken; null = all. */
  #spokenPane: number | null = null;
  #frame = 0;
  #rest: ReturnType<typeof setTimeout> | undefined;
  #request: AbortController | null = null;
  #gone = new AbortController();
  #say = speaker(() => this.#part("spoken"));

  connectedCallback(): void {
    const { panes, running, from, to, follow } = this.dataset;
    this.#panes = JSON.parse(panes ?? "[]");
    this.#readMoments();
    this.#running = JSON.parse(running ?? "[]");
    this.#window = { from: Number(from), to: Number(to) };
    this.#follow = follow !== undefined;
    this.#first = { window: this.#window, follow: this.#follow };
    const { signal } = this.#gone;
    const near = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        near.disconnect();
        void this.#load();
      },
      { rootMargin: NEAR_FOLD },
    );
    near.observe(this);
    const resized = new ResizeObserver(() => this.#plots.length && this.#draw(true));
    resized.observe(this);
    const themed = new MutationObserver(() => this.#plots.length && this.#draw(true));
    themed.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    const replaced = new MutationObserver(() => {
      this.#readMoments();
      if (this.#plots.length) this.#draw(false);
    });
    replaced.observe(this, { childList: true });
    const moving = setInterval(() => this.#follow && !document.hidden && this.#soon(), MOVE_EVERY_MS);
    signal.addEventListener("abort", () => {
      for (const observer of [near, resized, themed, replaced]) observer.disconnect();
      clearInterval(moving);
      for (const plot of this.#plots) plot.destroy();
    });
    on("values", (event) => {
      if (this.isConnected && event.asset === this.dataset.asset && this.#follow) this.#take(event.values);
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#draw(true), { signal });
    const stage = this.#part("stage");
    if (!stage) return;
    stage.addEventListener("keydown", (event) => this.#key(event), { signal });
    listen(
      stage,
      {
        zoom: (px, factor) => this.#look(zoomed(this.#window, this.#timeAt(px), factor, Date.now())),
        pan: (px) => this.#look(panned(this.#window, this.#timeAt(0) - this.#timeAt(px), Date.now())),
        point: (px) => this.#cursorTo(this.#timeAt(px)),
        pin: (px) => this.#pin(this.#timeAt(px)),
        reset: () => this.#do("reset"),
      },
      signal,
    );
    const panel = this.closest("section") ?? this;
    panel.addEventListener("click", (event) => this.#press(event), { signal });
    for (const button of panel.querySelectorAll<HTMLElement>("[data-scripted]")) button.hidden = false;
  }

  /** Alarms and marks stand in an element of their own, which a live page replaces. */
  #readMoments(): void {
    const { alarms, marks } = this.#part("moments")?.dataset ?? {};
    this.#alarms = JSON.parse(alarms ?? "[]");
    this.#marks = JSON.parse(marks ?? "[]");
  }

  disconnectedCallback(): void {
    this.#gone.abort();
  }

  get #zone(): string {
    return this.dataset.zone ?? "UTC";
  }

  get #words(): string {
    return `${moment(this.#window.from, this.#zone)} to ${moment(this.#window.to, this.#zone)}`;
  }

  #part(name: string): HTMLElement | null {
    return this.querySelector<HTMLElement>(`[data-part="${name}"]`);
  }

  #timeAt(leftPx: number): number {
    return (this.#plots[0]?.posToVal(leftPx, "x") ?? 0) * 1000;
  }

  async #load(): Promise<void> {
    this.#request?.abort();
    this.#request = new AbortController();
    const width = this.querySelector(".plot")?.clientWidth ?? 600;
    const most = Math.min(MOST_BUCKETS, Math.max(50, Math.floor(width / PX_PER_BUCKET)));
    const { widthMs, ...span } = bucketsOf(this.#window.from, this.#window.to, most);
    const lines = this.#panes.flatMap((pane) => pane.lines.map((line) => line.key));
    const tags = [...new Set([...lines, ...this.#running.map((rule) => rule.tag)])];
    const note = this.#part("note");
    const tell = (text: string) => {
      if (!note) return;
      note.hidden = text === "";
      note.textContent = text;
    };
    try {
      const answer = await fetchSeries(this.dataset.series ?? "", { tags, ...span }, this.#request.signal);
      this.#points = answer.points;
      // A reader whose ownership began within the span gets a shorter one, in as many buckets.
      this.#bucketMs =
        answer.from === span.from ? widthMs : Math.ceil((span.to - answer.from) / span.buckets);
      tell(lines.some((key) => this.#points.get(key)?.length) ? "" : "No reading in this time.");
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return;
      tell("The readings cannot be shown just now. They are kept; reload in a moment.");
      return;
    }
    this.dataset.buckets = String(most);
    const bucket = this.#part("bucket");
    if (bucket) bucket.textContent = `mean of ${duration(Math.max(1000, this.#bucketMs))}`;
    this.#draw(true);
    this.#part("stage")?.setAttribute("aria-label", chartSentence(this.#panes, this.#points, this.#words));
    keepLinks(this, this.#window, this.#follow);
    this.dataset.drawn = "";
  }

  /** Live samples of good or uncertain quality; bad ones are in the store but not in the line. */
  #take(values: readonly { tag: string; value: number; time: number; quality: string }[]): void {
    for (const { tag, value, time, quality } of values) {
      if (quality === "bad") continue;
      if (!this.#points.has(tag)) this.#points.set(tag, []);
      const points = this.#points.get(tag)!;
      const newest = points.at(-1);
      if (newest && time < newest.time && time > this.#window.from) {
        this.#late.set(tag, [...(this.#late.get(tag) ?? []), time]);
        this.#loadSoon();
      }
      append(points, { time, value, uncertain: quality === "uncertain" }, this.#window.from, this.#bucketMs);
    }
    this.#soon();
  }

  /** Draws in the next frame; a live window moves on. */
  #soon(): void {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      if (this.#follow)
        this.#window = panned(this.#window, Math.max(0, Date.now() - this.#window.to), Date.now());
      this.#draw(false);
    });
  }

  #loadSoon(): void {
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => {
      const owns = keepAddress(this, this.#window, this.#follow, this.#words);
      void this.#load();
      if (owns && this.#request) void readPageAgain(this.#request.signal);
    }, REST_MS);
  }

  /** Shows another stretch of time: at once from what is there, then in its own buckets. */
  #look(window: Window, follow = endsNow(window, Date.now())): void {
    this.#window = window;
    this.#follow = follow;
    this.#soon();
    this.#loadSoon();
  }

  #draw(anew: boolean): void {
    const hosts = [...this.querySelectorAll<HTMLElement>('[data-part="plot"]')];
    if (anew) {
      for (const plot of this.#plots) plot.destroy();
      const theme = readTheme(this);
      this.#plots = this.#panes.map((pane, i) =>
        createPlot(hosts[i]!, this.#data(pane), {
          ...this.#settings(pane),
          theme,
          axisPx: innerWidth <= 760 ? 40 : 52,
          syncKey: "mw",
          onCursor: (left, at) => {
            if (i === 0) this.#showTimes(left, at);
            this.#read(i);
          },
          onSelect: (from, to) => this.#look(dragged(from, to)),
        }),
      );
    } else {
      this.#plots.forEach((plot, i) => {
        plot.setData(this.#data(this.#panes[i]!), true);
      });
    }
    this.#panes.forEach((_, i) => {
      this.#read(i);
    });
    this.#showTimes(this.#cursorAt === null ? -1 : this.#leftOf(this.#cursorAt), this.#cursorAt);
    const [mode, alarms, marks, ticks] = ["mode", "alarms", "marks", "ticks"].map((name) => this.#part(name));
    if (mode) drawModes(mode, this.#window, this.#modes());
    if (alarms) drawAlarms(alarms, this.#window, this.#alarms, this.#zone);
    if (marks) {
      drawMarks(marks, this.#window, this.#marks, this.#zone, (group) => {
        const at = group.marks.map((mark) => mark.at);
        const around = Math.max(30_000, (Math.max(...at) - Math.min(...at)) * 0.3);
        this.#look(dragged(Math.min(...at) - around, Math.max(...at) + around), false);
      });
    }
    if (ticks) drawTicks(ticks, this.#window, this.#zone);
  }

  #settings(pane: Pane) {
    return {
      pane,
      zone: this.#zone,
      mark: this.dataset.mark ? Number(this.dataset.mark) : null,
      pins: () => this.#pins,
      window: (): [number, number] => [this.#window.from, this.#window.to],
      points: (tag: string) => this.#points.get(tag) ?? [],
      late: (tag: string) => this.#late.get(tag) ?? [],
    };
  }

  #data(pane: Pane): uPlot.AlignedData {
    return paneData(
      pane.lines.map((line) =>
        columns(
          this.#points.get(line.key) ?? [],
          this.#bucketMs,
          gapMs(this.#bucketMs, line.intervalMs),
          this.#window.to,
        ),
      ),
    );
  }

  #modes(): ModeRun[] {
    if (this.#running.length)
      return modeRuns(
        this.#running,
        this.#points,
        this.#window,
        this.#bucketMs,
        gapMs(this.#bucketMs, 60_000),
      );
    const lines = this.#panes.flatMap((pane) => pane.lines);
    return silences(
      lines.map(({ key, intervalMs }) => ({
        points: this.#points.get(key) ?? [],
        gap: gapMs(this.#bucketMs, intervalMs),
      })),
      this.#window,
      this.#bucketMs,
    );
  }

  #leftOf(at: number): number {
    return this.#plots[0]?.valToPos(at / 1000, "x") ?? -1;
  }

  #showTimes(left: number, at: number | null): void {
    this.#cursorAt = at;
    const lane = this.#part("cursor");
    if (!lane) return;
    const pins = this.#pins.map((pin, i) => ({ leftPx: this.#leftOf(pin), text: i ? "B" : "A", pin: true }));
    const shown = pins.filter((pin) => pin.leftPx >= 0 && pin.leftPx <= lane.clientWidth);
    const cursor = at === null ? [] : [{ leftPx: left, text: moment(at, this.#zone), pin: false }];
    drawTimes(lane, [...shown, ...cursor]);
  }

  /** Readout column: the value under the cursor, else the newest. */
  #read(index: number): void {
    const box = this.querySelectorAll<HTMLElement>("[data-pane]")[index];
    const pane = this.#panes[index];
    if (!pane || !box) return;
    showReadout(box, pane, {
      points: this.#points,
      bucketMs: this.#bucketMs,
      at: this.#cursorAt,
      pins: this.#pins,
    });
  }

  #cursorTo(ms: number): void {
    const at = Math.min(this.#window.to, Math.max(this.#window.from, ms));
    // The first plot tells the others by their common key.
    this.#plots[0]?.setCursor({ left: this.#leftOf(at), top: 10 });
    this.#cursorAt = at;
    this.#panes.forEach((_, i) => {
      this.#read(i);
    });
    this.#speak();
  }

  #speak(): void {
    const boxes = [...this.querySelectorAll<HTMLElement>("[data-pane]")];
    boxes.forEach((box, i) => {
      box.classList.toggle("on", i === this.#spokenPane);
    });
    const lines = this.#panes.flatMap((pane, i) =>
      this.#spokenPane === null || this.#spokenPane === i
        ? pane.lines.map((line) => {
            const row = boxes[i]?.querySelector(`[data-line="${CSS.escape(line.key)}"]`);
            const of = (part: string) => row?.querySelector(`[data-part="${part}"]`)?.textContent ?? "";
            return `${line.name} ${of("value")}${of("pin") ? `, ${of("pin")}` : ""}`;
          })
        : [],
    );
    const at = this.#cursorAt ?? this.#window.to;
    this.#say(`${moment(at, this.#zone)}: ${lines.join(", ")}`);
  }

  /** A third pin takes the place of the older one; a pin on a pin takes it away. */
  #pin(at: number): void {
    const near = this.#pins.find((pin) => Math.abs(this.#leftOf(pin) - this.#leftOf(at)) < PIN_PX);
    const points = this.#points.get(this.#panes[0]?.lines[0]?.key ?? "") ?? [];
    const snapped = nearest(points, at - this.#bucketMs / 2, this.#bucketMs);
    const place = snapped && snapped.count > 1 ? snapped.time + this.#bucketMs / 2 : (snapped?.time ?? at);
    this.#pins =
      near === undefined ? [...this.#pins, place].slice(-2) : this.#pins.filter((pin) => pin !== near);
    this.#pinsChanged();
  }

  #pinsChanged(): void {
    for (const plot of this.#plots) plot.redraw(false);
    const [between, clear] = [this.#part("between"), this.#part("unpin")];
    if (between) between.textContent = pinSpan(this.#pins);
    if (clear) clear.hidden = !this.#pins.length;
    this.dataset.pins = this.#pins.join(" ");
    this.#showTimes(this.#cursorAt === null ? -1 : this.#leftOf(this.#cursorAt), this.#cursorAt);
    this.#panes.forEach((_, i) => {
      this.#read(i);
    });
    this.#speak();
  }

  #key(event: KeyboardEvent): void {
    const move = keyMove(event);
    if (move === null || event.target !== event.currentTarget) return;
    event.preventDefault();
    const newest = this.#window.to - this.#bucketMs;
    if (typeof move === "string") this.#do(move);
    else if ("pane" in move) this.#choosePane(move.pane);
    else if ("to" in move) this.#cursorTo(move.to === "start" ? this.#window.from : newest);
    else this.#cursorTo((this.#cursorAt ?? newest) + move.buckets * this.#bucketMs);
  }

  #choosePane(by: 1 | -1): void {
    const last = this.#panes.length - 1;
    const now = this.#spokenPane ?? (by > 0 ? -1 : last + 1);
    this.#spokenPane = Math.min(last, Math.max(0, now + by));
    this.#speak();
  }

  /** A button or link of the panel that the script does better than the address would. */
  #press(event: Event): void {
    const pressed = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-act]") : null;
    const plain = event instanceof MouseEvent && (event.ctrlKey || event.metaKey || event.shiftKey);
    if (!pressed || plain || !this.#plots.length) return;
    event.preventDefault();
    this.#do(pressed.dataset.act ?? "");
  }

  #do(act: string): void {
    const { from, to } = this.#window;
    const span = to - from;
    const now = Date.now();
    // What is under the cursor stays; without one a live chart keeps its right edge.
    const around = this.#cursorAt ?? (this.#follow ? to : (from + to) / 2);
    const acts: Record<string, () => void> = {
      in: () => this.#look(zoomed(this.#window, around, STEP.in, now)),
      out: () => this.#look(zoomed(this.#window, around, STEP.out, now)),
      earlier: () => this.#look(panned(this.#window, -span * STEP.pan, now), false),
      later: () => this.#look(panned(this.#window, span * STEP.pan, now)),
      reset: () =>
        this.#look(
          this.#first.follow
            ? panned(this.#first.window, now - this.#first.window.to, now)
            : this.#first.window,
          this.#first.follow,
        ),
      back: () => this.#look({ from: now - span, to: now }, true),
      pin: () => this.#pin(this.#cursorAt ?? to - this.#bucketMs),
      unpin: () => {
        this.#pins = [];
        this.#pinsChanged();
      },
      png: () => void this.#picture(),
    };
    acts[act]?.();
  }

  #picture(): Promise<void> {
    return savePicture({
      root: this,
      panes: this.#panes,
      window: this.#window,
      zone: this.#zone,
      words: this.#words,
      bucketMs: this.#bucketMs,
      modes: this.#running.length ? this.#modes() : null,
      alarms: this.#alarms,
      marks: this.#marks,
      data: (pane) => this.#data(pane),
      settings: (pane) => this.#settings(pane),
    });
  }
}

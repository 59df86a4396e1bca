import { duration } from "../../views/time.ts";
import { on } from "../live.ts";
import { keepAddress, keepLinks, readPageAgain } from "./address.ts";
import { append, nearest } from "./data.ts";
import { listen } from "./gestures.ts";
import { keyMove } from "./keys.ts";
import { moment } from "./lanes.ts";
import { fillNoteTimes } from "./note-form.ts";
import { savePicture } from "./picture.ts";
import { pinSpan, spokenValues } from "./readout.ts";
import { chartSentence } from "./sentence.ts";
import { readBuckets } from "./series.ts";
import { speaker } from "./speech.ts";
import { PaneStack, type Shown } from "./stack.ts";
import { dragged, endsNow, panned, type Window, zoomed } from "./window.ts";

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
  #stack!: PaneStack;
  #shown!: Shown;
  #first!: { window: Window; follow: boolean };
  #follow = false;
  /** The pane that ↑ ↓ chose to be spoken; null = all. */
  #spokenPane: number | null = null;
  #frame = 0;
  #rest: ReturnType<typeof setTimeout> | undefined;
  #request: AbortController | null = null;
  #gone = new AbortController();
  #say = speaker(() => this.#stack.part("spoken"));

  connectedCallback(): void {
    const { panes, running, from, to, follow, mark, zone } = this.dataset;
    this.#shown = {
      zone: zone ?? "UTC",
      panes: JSON.parse(panes ?? "[]"),
      running: JSON.parse(running ?? "[]"),
      alarms: [],
      marks: [],
      points: new Map(),
      late: new Map(),
      window: { from: Number(from), to: Number(to) },
      bucketMs: 1,
      cursorAt: null,
      pins: [],
      mark: mark ? Number(mark) : null,
    };
    this.#follow = follow !== undefined;
    this.#first = { window: this.#shown.window, follow: this.#follow };
    this.#stack = new PaneStack(this, this.#shown, {
      select: (a, b) => this.#look(dragged(a, b)),
      open: ({ marks }) => {
        const at = marks.map((each) => each.at);
        const around = Math.max(30_000, (Math.max(...at) - Math.min(...at)) * 0.3);
        this.#look(dragged(Math.min(...at) - around, Math.max(...at) + around), false);
      },
    });
    this.#readMoments();
    this.#watch();
    this.#hear();
  }

  disconnectedCallback(): void {
    this.#gone.abort();
    this.#stack.destroy();
  }

  /** Alarms and marks stand in an element of their own, which a live page replaces. */
  #readMoments(): void {
    const { alarms, marks } = this.#stack.part("moments")?.dataset ?? {};
    this.#shown.alarms = JSON.parse(alarms ?? "[]");
    this.#shown.marks = JSON.parse(marks ?? "[]");
  }

  /** What changes without the reader's doing: place, size, theme, alarms and time. */
  #watch(): void {
    const again = () => this.#stack.drawn && this.#stack.draw(true);
    const near = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        near.disconnect();
        void this.#load();
      },
      { rootMargin: NEAR_FOLD },
    );
    near.observe(this);
    const resized = new ResizeObserver(again);
    resized.observe(this);
    const themed = new MutationObserver(again);
    themed.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    const replaced = new MutationObserver(() => {
      this.#readMoments();
      if (this.#stack.drawn) this.#stack.draw(false);
    });
    replaced.observe(this, { childList: true });
    const moving = setInterval(() => this.#follow && !document.hidden && this.#soon(), MOVE_EVERY_MS);
    const { signal } = this.#gone;
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again, { signal });
    signal.addEventListener("abort", () => {
      for (const observer of [near, resized, themed, replaced]) observer.disconnect();
      clearInterval(moving);
    });
    on("values", (event) => {
      if (this.isConnected && event.asset === this.dataset.asset && this.#follow) this.#take(event.values);
    });
  }

  /** What the reader does: keys, pointers, buttons of the panel. */
  #hear(): void {
    const { signal } = this.#gone;
    const stage = this.#stack.part("stage");
    const timeAt = (px: number) => this.#stack.timeAt(px);
    stage?.addEventListener("keydown", (event) => this.#key(event), { signal });
    if (stage) {
      const gestures = {
        zoom: (px: number, by: number) => this.#look(zoomed(this.#shown.window, timeAt(px), by, Date.now())),
        pan: (px: number) => this.#look(panned(this.#shown.window, timeAt(0) - timeAt(px), Date.now())),
        point: (px: number) => this.#cursorTo(timeAt(px)),
        pin: (px: number) => this.#pin(timeAt(px)),
        reset: () => this.#do("reset"),
      };
      listen(stage, gestures, signal);
    }
    const panel = this.closest("section") ?? this;
    panel.addEventListener("click", (event) => this.#press(event), { signal });
    for (const button of panel.querySelectorAll<HTMLElement>("[data-scripted]")) button.hidden = false;
    fillNoteTimes(panel, this.#shown, signal);
  }

  get #words(): string {
    const { window, zone } = this.#shown;
    return `${moment(window.from, zone)} to ${moment(window.to, zone)}`;
  }

  async #load(): Promise<void> {
    this.#request?.abort();
    this.#request = new AbortController();
    const { panes, window } = this.#shown;
    const answer = await readBuckets(this, this.#shown, this.#request.signal);
    if (answer === "left") return;
    if (answer === "unavailable")
      return this.#note("The readings cannot be shown just now. They are kept; reload in a moment.");
    const { points, bucketMs } = this.#shown;
    const some = panes.some((pane) => pane.lines.some((line) => points.get(line.key)?.length));
    this.#note(some ? "" : "No reading in this time.");
    const bucket = this.#stack.part("bucket");
    if (bucket) bucket.textContent = `mean of ${duration(Math.max(1000, bucketMs))}`;
    this.#stack.draw(!this.#stack.drawn);
    this.#stack.part("stage")?.setAttribute("aria-label", chartSentence(panes, points, this.#words));
    keepLinks(this, window, this.#follow);
    this.dataset.drawn = "";
  }

  #note(text: string): void {
    const note = this.#stack.part("note");
    if (!note) return;
    note.hidden = text === "";
    note.textContent = text;
  }

  /** Live samples of good or uncertain quality; bad ones are in the store but not in the line. */
  #take(values: readonly { tag: string; value: number; time: number; quality: string }[]): void {
    const { points, late, window, bucketMs } = this.#shown;
    for (const { tag, value, time, quality } of values) {
      if (quality === "bad") continue;
      if (!points.has(tag)) points.set(tag, []);
      const mine = points.get(tag)!;
      const newest = mine.at(-1);
      if (newest && time < newest.time && time > window.from) {
        late.set(tag, [...(late.get(tag) ?? []), time]);
        this.#loadSoon();
      }
      append(mine, { time, value, uncertain: quality === "uncertain" }, window.from, bucketMs);
    }
    this.#soon();
  }

  /** Draws in the next frame; a live window moves on. */
  #soon(): void {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      const { window } = this.#shown;
      const now = Date.now();
      if (this.#follow) this.#shown.window = panned(window, Math.max(0, now - window.to), now);
      this.#stack.draw(false);
    });
  }

  #loadSoon(): void {
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => void this.#load(), REST_MS);
  }

  /** Shows another stretch of time: at once from what is there, then in its own buckets. */
  #look(window: Window, follow = endsNow(window, Date.now())): void {
    this.#shown.window = window;
    this.#follow = follow;
    this.#soon();
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => {
      const owns = keepAddress(this, this.#shown.window, this.#follow, this.#words);
      void this.#load();
      if (owns && this.#request) void readPageAgain(this.#request.signal);
    }, REST_MS);
  }

  #cursorTo(ms: number): void {
    const { window } = this.#shown;
    const at = Math.min(window.to, Math.max(window.from, ms));
    this.#stack.moveCursor(at);
    this.#shown.cursorAt = at;
    this.#stack.tell();
    this.#speak();
  }

  #speak(): void {
    const { panes, cursorAt, window, zone } = this.#shown;
    const boxes = this.#stack.boxes();
    boxes.forEach((box, i) => {
      box.classList.toggle("on", i === this.#spokenPane);
    });
    const said = boxes.flatMap((box, i) =>
      this.#spokenPane === null || this.#spokenPane === i ? spokenValues(box, panes[i]!) : [],
    );
    this.#say(`${moment(cursorAt ?? window.to, zone)}: ${said.join(", ")}`);
  }

  /** A third pin takes the place of the older one; a pin on a pin takes it away. */
  #pin(at: number): void {
    const { panes, points, bucketMs, pins } = this.#shown;
    const left = this.#stack.leftOf(at);
    const near = pins.find((pin) => Math.abs(this.#stack.leftOf(pin) - left) < PIN_PX);
    const mine = points.get(panes[0]?.lines[0]?.key ?? "") ?? [];
    const snapped = nearest(mine, at - bucketMs / 2, bucketMs);
    const place = snapped && snapped.count > 1 ? snapped.time + bucketMs / 2 : (snapped?.time ?? at);
    this.#setPins(near === undefined ? [...pins, place].slice(-2) : pins.filter((pin) => pin !== near));
  }

  #setPins(pins: number[]): void {
    this.#shown.pins = pins;
    this.#stack.redraw();
    const [between, clear] = [this.#stack.part("between"), this.#stack.part("unpin")];
    if (between) between.textContent = pinSpan(pins);
    if (clear) clear.hidden = !pins.length;
    this.dataset.pins = pins.join(" ");
    this.#speak();
  }

  #key(event: KeyboardEvent): void {
    const move = keyMove(event);
    if (move === null || event.target !== event.currentTarget) return;
    event.preventDefault();
    const { window, bucketMs, cursorAt } = this.#shown;
    const newest = window.to - bucketMs;
    if (typeof move === "string") this.#do(move);
    else if ("pane" in move) this.#choosePane(move.pane);
    else if ("to" in move) this.#cursorTo(move.to === "start" ? window.from : newest);
    else this.#cursorTo((cursorAt ?? newest) + move.buckets * bucketMs);
  }

  #choosePane(by: 1 | -1): void {
    const last = this.#shown.panes.length - 1;
    const now = this.#spokenPane ?? (by > 0 ? -1 : last + 1);
    this.#spokenPane = Math.min(last, Math.max(0, now + by));
    this.#speak();
  }

  /** A button or link of the panel that the script does better than the address would. */
  #press(event: Event): void {
    const pressed = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-act]") : null;
    const plain = event instanceof MouseEvent && (event.ctrlKey || event.metaKey || event.shiftKey);
    if (!pressed || plain || !this.#stack.drawn) return;
    event.preventDefault();
    this.#do(pressed.dataset.act ?? "");
  }

  #do(act: string): void {
    const { window, cursorAt, bucketMs } = this.#shown;
    const { from, to } = window;
    const span = to - from;
    const now = Date.now();
    // What is under the cursor stays; without one a live chart keeps its right edge.
    const around = cursorAt ?? (this.#follow ? to : (from + to) / 2);
    const first = this.#first;
    const acts: Record<string, () => void> = {
      in: () => this.#look(zoomed(window, around, STEP.in, now)),
      out: () => this.#look(zoomed(window, around, STEP.out, now)),
      earlier: () => this.#look(panned(window, -span * STEP.pan, now), false),
      later: () => this.#look(panned(window, span * STEP.pan, now)),
      reset: () =>
        this.#look(
          first.follow ? panned(first.window, now - first.window.to, now) : first.window,
          first.follow,
        ),
      back: () => this.#look({ from: now - span, to: now }, true),
      pin: () => this.#pin(cursorAt ?? to - bucketMs),
      unpin: () => this.#setPins([]),
      png: () => void savePicture(this.#stack, this.#words),
    };
    acts[act]?.();
  }
}

/** Pointer gestures on the plots, told as what the person wants. Each has a key and a button that does the same. */
export type Gestures = {
  /** Scale around a place, given in px from the plot's left edge. */
  zoom(leftPx: number, factor: number): void;
  /** Move by so many px; positive shows earlier times. */
  pan(px: number): void;
  /** Move the cursor to a place. */
  point(leftPx: number): void;
  pin(leftPx: number): void;
  reset(): void;
};

/** One notch of a wheel is 100 px: a factor of 1.22. */
const WHEEL_STEP = 0.002;
/** A tap that moved no further is a click. */
const TAP_PX = 6;

/** Listens on the stage until the signal aborts; `plotOf` finds the plot area under an event, null beside it. */
export function listen(stage: HTMLElement, gestures: Gestures, signal: AbortSignal): void {
  const areaOf = (event: Event) => (event.target instanceof Element ? event.target.closest(".u-over") : null);
  const leftOf = (area: Element, clientX: number) => clientX - area.getBoundingClientRect().left;

  stage.addEventListener(
    "wheel",
    (event) => {
      const area = areaOf(event);
      if (!area || !event.ctrlKey) return;
      event.preventDefault();
      gestures.zoom(leftOf(area, event.clientX), Math.exp(event.deltaY * WHEEL_STEP));
    },
    { signal, passive: false },
  );
  stage.addEventListener("dblclick", (event) => areaOf(event) && gestures.reset(), { signal });
  stage.addEventListener(
    "click",
    (event) => {
      const area = areaOf(event);
      // A drag that zoomed ends with a click that uPlot keeps to itself; a Shift-drag has panned.
      if (area && !event.shiftKey && event.detail <= 1) gestures.pin(leftOf(area, event.clientX));
    },
    { signal },
  );
  dragWithShift(stage, areaOf, gestures, signal);
  touch(stage, areaOf, leftOf, gestures, signal);
}

function dragWithShift(
  stage: HTMLElement,
  areaOf: (event: Event) => Element | null,
  gestures: Gestures,
  signal: AbortSignal,
): void {
  stage.addEventListener(
    "pointerdown",
    (event) => {
      if (event.pointerType === "touch" || event.button !== 0 || !event.shiftKey || !areaOf(event)) return;
      event.preventDefault();
      let x = event.clientX;
      const move = (moved: PointerEvent) => {
        gestures.pan(moved.clientX - x);
        x = moved.clientX;
      };
      const end = () => {
        removeEventListener("pointermove", move);
        removeEventListener("pointerup", end);
        removeEventListener("pointercancel", end);
      };
      addEventListener("pointermove", move);
      addEventListener("pointerup", end);
      addEventListener("pointercancel", end);
    },
    { signal },
  );
}

/** One finger moves the cursor, two scale and move; up and down scrolls the page (touch-action: pan-y). */
function touch(
  stage: HTMLElement,
  areaOf: (event: Event) => Element | null,
  leftOf: (area: Element, clientX: number) => number,
  gestures: Gestures,
  signal: AbortSignal,
): void {
  const fingers = new Map<number, number>();
  let started = 0;
  const middle = (xs: number[]) => xs.reduce((sum, x) => sum + x, 0) / xs.length;
  stage.addEventListener(
    "pointerdown",
    (event) => {
      if (event.pointerType !== "touch" || !areaOf(event)) return;
      fingers.set(event.pointerId, event.clientX);
      started = event.clientX;
    },
    { signal },
  );
  stage.addEventListener(
    "pointermove",
    (event) => {
      const area = areaOf(event);
      if (!area || !fingers.has(event.pointerId)) return;
      const before = [...fingers.values()];
      fingers.set(event.pointerId, event.clientX);
      const after = [...fingers.values()];
      if (fingers.size === 1) {
        if (Math.abs(event.clientX - started) > TAP_PX) gestures.point(leftOf(area, event.clientX));
        return;
      }
      const [a, b] = [before, after].map((xs) => Math.max(20, Math.abs(xs[0]! - xs[1]!)));
      gestures.zoom(leftOf(area, middle(after)), a! / b!);
      gestures.pan(middle(after) - middle(before));
    },
    { signal },
  );
  const lift = (event: PointerEvent) => fingers.delete(event.pointerId);
  addEventListener("pointerup", lift, { signal });
  addEventListener("pointercancel", lift, { signal });
}

import { project, unproject } from "../map/mercator.ts";
import { takeMap } from "./map-load.ts";

const TILE = 256;
/** One press of an arrow key moves by this share of the picture. */
const STEP = 0.25;
/** A hand that trembles is no drag. Pixels. */
const DRAG_FROM = 5;
/** Keys and the wheel come in bursts; the page is asked once they pause. */
const PAUSE_MS = 160;

/**
 * A map that can be dragged, pinched and moved by keys. It moves what is there at once and then asks the server for the
 * picture of the new frame; address and list follow. Pills and buttons stay plain links.
 */
export function defineMap(): void {
  customElements.define("mw-map", MapFrame);
}

class MapFrame extends HTMLElement {
  readonly #pointers = new Map<number, { x: number; y: number }>();
  #moved = { x: 0, y: 0, by: 1 };
  #dragged = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  connectedCallback(): void {
    this.dataset.ready = "";
    this.addEventListener("pointerdown", (event) => this.#down(event));
    this.addEventListener("pointermove", (event) => this.#move(event));
    for (const end of ["pointerup", "pointercancel"] as const) {
      this.addEventListener(end, (event) => this.#up(event));
    }
    // A link under the pointer must not be followed when what was meant was a drag, nor be dragged itself.
    this.addEventListener("click", (event) => this.#click(event), { capture: true });
    this.addEventListener("dragstart", (event) => event.preventDefault());
    this.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    this.addEventListener("keydown", (event) => this.#key(event));
    this.addEventListener("dblclick", (event) => {
      if (!(event.target as Element).closest("a")) this.#zoom(1, event);
    });
    if (this.clientWidth < Number(this.dataset.width)) this.#ask(this.#frame());
  }

  disconnectedCallback(): void {
    clearTimeout(this.#timer);
  }

  #down(event: PointerEvent): void {
    if (event.button !== 0 || (event.target as Element).closest(".map-zoom")) return;
    this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (this.#pointers.size === 1) this.#dragged = false;
  }

  #move(event: PointerEvent): void {
    const before = this.#pointers.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    if (!this.#dragged && Math.hypot(now.x - before.x, now.y - before.y) < DRAG_FROM) return;
    if (!this.#dragged) {
      this.#dragged = true;
      this.setPointerCapture(event.pointerId);
      this.classList.add("moving");
    }
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const wide = (to: { x: number; y: number }) => Math.hypot(to.x - other.x, to.y - other.y);
      if (wide(before) > 0) this.#moved.by *= wide(now) / wide(before);
    }
    // Of two fingers each moves half.
    const share = other ? 0.5 : 1;
    this.#moved.x += (now.x - before.x) * share;
    this.#moved.y += (now.y - before.y) * share;
    this.#pointers.set(event.pointerId, now);
    this.#show();
  }

  #up(event: PointerEvent): void {
    if (!this.#pointers.delete(event.pointerId) || this.#pointers.size > 0) return;
    this.classList.remove("moving");
    if (this.#dragged) this.#soon(0);
  }

  #click(event: MouseEvent): void {
    if (this.#dragged) {
      event.preventDefault();
      event.stopPropagation();
      this.#dragged = false;
      return;
    }
    const link = (event.target as Element).closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    void this.#take(new URL(link.getAttribute("href") ?? "", location.href));
  }

  /** With Ctrl, as a pinch on a touch pad comes; alone, the wheel scrolls the page. */
  #wheel(event: WheelEvent): void {
    if (!event.ctrlKey) return;
    event.preventDefault();
    this.#zoom(-Math.sign(event.deltaY) * 0.5, event);
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { clientWidth: width, clientHeight: height } = this;
    const step: Record<string, [number, number]> = {
      ArrowLeft: [width * STEP, 0],
      ArrowRight: [-width * STEP, 0],
      ArrowUp: [0, height * STEP],
      ArrowDown: [0, -height * STEP],
    };
    const by = step[event.key];
    if (by) {
      this.#moved.x += by[0];
      this.#moved.y += by[1];
    } else if (event.key === "+" || event.key === "=") this.#moved.by *= 2;
    else if (event.key === "-") this.#moved.by /= 2;
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.#show();
    this.#soon(PAUSE_MS);
  }

  /** Around the pointer: what is under it stays under it. */
  #zoom(levels: number, at: MouseEvent): void {
    const box = this.getBoundingClientRect();
    const from = { x: at.clientX - box.left - box.width / 2, y: at.clientY - box.top - box.height / 2 };
    const by = 2 ** levels;
    this.#moved.x = from.x + (this.#moved.x - from.x) * by;
    this.#moved.y = from.y + (this.#moved.y - from.y) * by;
    this.#moved.by *= by;
    this.#show();
    this.#soon(PAUSE_MS);
  }

  #show(): void {
    const moves = this.querySelector<SVGGElement>("[data-map-moves]");
    if (!moves) return;
    const { x, y, by } = this.#moved;
    moves.style.transformOrigin = `${this.clientWidth / 2}px ${this.clientHeight / 2}px`;
    moves.style.transform = `translate(${x}px, ${y}px) scale(${by})`;
  }

  /** The frame as it is after the moves that the server does not know yet. */
  #frame(): { at: string; z: string } {
    const { latitude, longitude, zoom, width, leastZoom, mostZoom } = this.dataset;
    const world = TILE * 2 ** Number(zoom);
    const centre = project({ latitude: Number(latitude), longitude: Number(longitude) });
    const shrunk = Number(width) / this.clientWidth;
    const moved = unproject({
      x: Math.min(1, Math.max(0, centre.x - (this.#moved.x * shrunk) / world / this.#moved.by)),
      y: Math.min(1, Math.max(0, centre.y - (this.#moved.y * shrunk) / world / this.#moved.by)),
    });
    const next = Number(zoom) + Math.log2(this.#moved.by);
    return {
      at: `${moved.latitude.toFixed(3)},${moved.longitude.toFixed(3)}`,
      z: String(Number(Math.min(Number(mostZoom), Math.max(Number(leastZoom), next)).toFixed(2))),
    };
  }

  #soon(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(this.#frame()), ms);
  }

  #ask({ at, z }: { at: string; z: string }): void {
    const address = new URL(location.href);
    address.searchParams.set("at", at);
    address.searchParams.set("z", z);
    void this.#take(address);
  }

  /** The picture comes whole or not at all; until then what is there stays, moved. */
  async #take(address: URL): Promise<void> {
    const done = await takeMap(this, address);
    if (!done) return;
    this.#moved = { x: 0, y: 0, by: 1 };
    this.#show();
  }
}

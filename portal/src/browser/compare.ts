import { formatNumber } from "../views/number.ts";

/** One cursor through all panes, by pointer and by arrow keys; the values at it stand beside the names. */
class Compare extends HTMLElement {
  #at: number | null = null;
  #labels: string[] = [];

  connectedCallback(): void {
    this.#labels = (this.dataset.labels ?? "").split("|");
    for (const plot of this.#plots()) {
      plot.addEventListener("pointermove", (event) => {
        const { left, width } = plot.getBoundingClientRect();
        this.#go(Math.floor(((event.clientX - left) / width) * this.#labels.length));
      });
    }
    this.addEventListener("pointerleave", () => this.#leave());
    this.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      const to = { Home: 0, End: this.#labels.length - 1 }[event.key];
      if (event.target !== this || (by === undefined && to === undefined)) return;
      event.preventDefault();
      this.#go(to ?? (this.#at ?? this.#labels.length - 1) + (by ?? 0) * (event.shiftKey ? 10 : 1));
    });
  }

  #plots = () => this.querySelectorAll<SVGElement>(".cp > svg");

  #go(place: number): void {
    const at = Math.min(this.#labels.length - 1, Math.max(0, place));
    this.#at = at;
    for (const plot of this.#plots()) {
      const cursor = plot.querySelector("[data-cursor]");
      const x = String(((at + 0.5) / this.#labels.length) * 1000);
      cursor?.removeAttribute("hidden");
      cursor?.setAttribute("x1", x);
      cursor?.setAttribute("x2", x);
    }
    this.#say(at);
    const told = this.querySelector("[data-at]");
    if (told) told.textContent = `At ${this.#labels[at]}`;
  }

  #leave(): void {
    this.#at = null;
    for (const plot of this.#plots()) plot.querySelector("[data-cursor]")?.setAttribute("hidden", "");
    this.#say(null);
    const told = this.querySelector("[data-at]");
    if (told) told.textContent = "Values at the right are the newest.";
  }

  /** The values at the place; null: the newest of each. */
  #say(at: number | null): void {
    for (const line of this.querySelectorAll<HTMLElement>("[data-values]")) {
      const values = (line.dataset.values ?? "").split(",");
      const text = at === null ? values.findLast((value) => value !== "") : values[at];
      const place = line.querySelector<HTMLElement>("[data-value]");
      const decimals = place?.dataset.decimals;
      if (place)
        place.textContent = text ? formatNumber(Number(text), decimals ? Number(decimals) : null) : "no data";
    }
  }
}

export function defineCompare(): void {
  customElements.define("mw-compare", Compare);
}

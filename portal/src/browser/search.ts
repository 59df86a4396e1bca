/** Presses closer than this are one question. */
const GATHER_MS = 60;

/**
 * The search box as a combobox: what is found stands under it, arrow keys go through it without the focus leaving the
 * box, Enter opens, Escape closes. Without script the form leads to the page of results.
 */
class SearchBox extends HTMLElement {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking: AbortController | undefined;

  connectedCallback(): void {
    const input = this.#input();
    const set = {
      role: "combobox",
      "aria-expanded": "false",
      "aria-autocomplete": "list",
      autocomplete: "off",
    };
    for (const [name, value] of Object.entries(set)) input.setAttribute(name, value);
    input.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#ask(input.value), GATHER_MS);
    });
    input.addEventListener("focus", () => void (input.value.trim() && this.#ask(input.value)));
    input.addEventListener("keydown", (event) => this.#key(event));
    this.addEventListener("focusout", (event) => {
      if (!(event.relatedTarget instanceof Node && this.contains(event.relatedTarget))) this.#close();
    });
  }

  #input(): HTMLInputElement {
    return this.querySelector("input")!;
  }

  #panel(): HTMLElement | null {
    return this.querySelector(".suggest");
  }

  async #ask(q: string): Promise<void> {
    this.#asking?.abort();
    if (!q.trim()) return this.#close();
    this.#asking = new AbortController();
    try {
      const address = `${this.dataset.suggest}?q=${encodeURIComponent(q)}`;
      const response = await fetch(address, {
        headers: { accept: "text/html" },
        signal: this.#asking.signal,
      });
      if (!response.ok || response.redirected) return this.#close();
      this.#show(await response.text());
    } catch {
      // Overtaken by the next press, or not reachable: the form still leads to the page.
    }
  }

  #show(html: string): void {
    const found = new DOMParser().parseFromString(html, "text/html").querySelector('[role="listbox"]');
    if (!found || document.activeElement !== this.#input()) {
      this.#close();
      return;
    }
    const count = found.querySelectorAll('[role="option"]').length;
    const panel = this.#panel() ?? this.appendChild(document.createElement("div"));
    panel.className = "suggest";
    const said = document.createElement("p");
    said.className = count ? "vh" : "sg-title";
    said.setAttribute("role", "status");
    said.textContent = count ? `${count} found` : "Nothing found";
    panel.replaceChildren(said, ...(count ? [document.importNode(found, true)] : []));
    // A press with the mouse must not take the focus out of the box before the link is followed.
    panel.onmousedown = (event) => event.preventDefault();
    const input = this.#input();
    input.setAttribute("aria-expanded", String(count > 0));
    if (count) input.setAttribute("aria-controls", "suggestions");
    input.removeAttribute("aria-activedescendant");
  }

  #close(): void {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#panel()?.remove();
    const input = this.#input();
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    input.removeAttribute("aria-controls");
  }

  #key(event: KeyboardEvent): void {
    const options = [...this.querySelectorAll<HTMLAnchorElement>('[role="option"]')];
    const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "Escape") {
      if (this.#panel()) event.preventDefault();
      this.#close();
    } else if (event.key === "Enter" && at >= 0) {
      event.preventDefault();
      options[at]!.click();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && options.length) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      const next = at < 0 && step < 0 ? options.length - 1 : (at + step + options.length) % options.length;
      for (const [i, option] of options.entries()) option.setAttribute("aria-selected", String(i === next));
      this.#input().setAttribute("aria-activedescendant", options[next]!.id);
      options[next]!.scrollIntoView({ block: "nearest" });
    }
  }
}

export function defineSearch(): void {
  customElements.define("mw-search", SearchBox);
}

import { formatNumber } from "../views/number.ts";
import { duration } from "../views/time.ts";
import { UNATTENDED } from "./unattended.ts";

type Status = {
  connected: boolean;
  messages: number;
  clockSkewMs: number | null;
  lastRejection: string | null;
  tags: { tag: string; value: number; listed: boolean }[];
};

const ASK_EVERY_MS = 1000;
/** After this long without anything the page says what to look at. */
const HELP_AFTER_MS = 120_000;

/** Waits with the person for a new device's first reading, and says what has been seen so far. */
export function defineFirstReading(): void {
  customElements.define("mw-first-reading", FirstReading);
}

class FirstReading extends HTMLElement {
  #timer: ReturnType<typeof setInterval> | undefined;
  #start = Date.now();
  #asking = false;

  connectedCallback(): void {
    this.#timer = setInterval(() => void this.#ask(), ASK_EVERY_MS);
  }

  disconnectedCallback(): void {
    clearInterval(this.#timer);
  }

  async #ask(): Promise<void> {
    if (this.#asking || document.hidden) return;
    this.#asking = true;
    try {
      const response = await fetch(this.dataset.status ?? "", {
        headers: { accept: "application/json", ...UNATTENDED },
      });
      if (response.ok) this.#show((await response.json()) as Status);
    } catch {
      // The next second asks again.
    } finally {
      this.#asking = false;
    }
  }

  #show(status: Status): void {
    const wait = this.querySelector('[data-part="wait"]');
    const list = this.querySelector('[data-part="steps"]');
    if (!wait || !list) return;
    const known = status.tags.filter((tag) => tag.listed);
    const unknown = status.tags.filter((tag) => !tag.listed);
    const waited = Date.now() - this.#start;
    const steps: [boolean, string][] = [
      [
        status.connected || status.messages > 0,
        status.connected ? "Connected" : status.messages > 0 ? "Has been connected" : "Not connected yet",
      ],
      [
        status.messages > 0,
        status.messages > 0 ? `Message received (${formatNumber(status.messages, 0)})` : "No message yet",
      ],
    ];
    if (status.tags.length) steps.push([true, tagWords(known.length, unknown)]);
    if (status.clockSkewMs !== null) {
      const skew = Math.abs(status.clockSkewMs);
      steps.push([
        skew < 60_000,
        skew < 60_000 ? "Time stamps plausible" : `Device clock is ${duration(skew)} off`,
      ]);
    }
    if (status.lastRejection) steps.push([false, `A message was not understood: ${status.lastRejection}`]);
    wait.textContent =
      status.tags.length > 0
        ? "The first reading has arrived."
        : waited > HELP_AFTER_MS
          ? "Nothing readable after two minutes. Check host, port and credential, and look at the rejected messages."
          : `Waiting … ${duration(waited)}`;
    // Only a change is spoken by the live region.
    const items = steps.map(([done, text]) => {
      const item = document.createElement("li");
      item.className = done ? "done" : "wait";
      item.textContent = text;
      return item;
    });
    if (list.textContent !== items.map((item) => item.textContent).join("")) list.replaceChildren(...items);
    if (status.tags.length > 0) clearInterval(this.#timer);
  }
}

function tagWords(known: number, unknown: { tag: string }[]): string {
  const first = `${known} known ${known === 1 ? "tag" : "tags"}`;
  if (!unknown.length) return first;
  return `${first}, ${unknown.length} not in the model: ${unknown
    .slice(0, 5)
    .map((tag) => tag.tag)
    .join(", ")}`;
}

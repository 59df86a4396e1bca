import { ago } from "../views/time.ts";

/** Times marked data-ago say how old they are; kept true once a second, without a word to screen readers. */
export function keepAges(): void {
  setInterval(() => {
    if (document.hidden) return;
    const now = Date.now();
    for (const time of document.querySelectorAll<HTMLTimeElement>("time[data-ago]")) {
      const text = ago(Date.parse(time.dateTime), now);
      if (time.textContent !== text) time.textContent = text;
    }
  }, 1000);
}

/** Gives an element a new time. */
export function setAgo(time: HTMLTimeElement, ms: number): void {
  time.dateTime = new Date(ms).toISOString();
  time.removeAttribute("title");
  time.textContent = ago(ms, Date.now());
}

import { duration } from "../../views/time.ts";
import { toWall } from "../../views/wall-time.ts";
import { UNATTENDED } from "../unattended.ts";
import { addressOf, type Window, withWindow } from "./window.ts";

const panelOf = (chart: HTMLElement): Element => chart.closest("section") ?? chart;

/**
 * What happened in another stretch of time (alarms, marks, notes) stands on the page of that address: it is read again,
 * and its regions take their place here. A page that does not answer leaves what is there.
 */
export async function readPageAgain(signal: AbortSignal): Promise<void> {
  try {
    const response = await fetch(location.href, { headers: { accept: "text/html", ...UNATTENDED }, signal });
    if (!response.ok || response.redirected) return;
    document.dispatchEvent(new CustomEvent("mw:page", { detail: await response.text() }));
  } catch {
    // Another move has taken its place, or there is no connection, which the page's strip tells.
  }
}

/** Keeps the page's address, title and range buttons on what is shown: a reload or a copied address shows the same. False: it is not the page's own chart. */
export function keepAddress(chart: HTMLElement, window: Window, live: boolean, words: string): boolean {
  const panel = panelOf(chart);
  const title = panel.querySelector("[data-chart-title]");
  // A chart inside another page (a ticket's evidence) does not own its address.
  if (!title) return false;
  const parameters = addressOf(window, live);
  history.replaceState(history.state, "", withWindow(location.href, parameters, location.href));
  title.textContent = live ? `Last ${duration(window.to - window.from)}` : words;
  for (const link of panel.querySelectorAll<HTMLAnchorElement>("a[data-range]")) {
    if (parameters.range !== link.dataset.range) link.removeAttribute("aria-current");
    else {
      link.setAttribute("aria-current", "true");
      title.textContent = link.dataset.title ?? title.textContent;
    }
  }
  const back = panel.querySelector<HTMLElement>('[data-act="back"]');
  if (back) back.hidden = live;
  return true;
}

/** Keeps what leads on from the panel, links and forms, on what is shown. */
export function keepLinks(chart: HTMLElement, window: Window, live: boolean): void {
  const panel = panelOf(chart);
  const { buckets } = chart.dataset;
  for (const link of panel.querySelectorAll<HTMLAnchorElement>("a[data-follows]")) {
    // A file holds what the screen shows at this moment; a page goes on with the moving range.
    const parameters = addressOf(window, live && link.dataset.follows === "page");
    const cut: Record<string, string> = buckets && link.dataset.follows !== "raw" ? { buckets } : {};
    link.setAttribute("href", withWindow(link.href, { ...parameters, ...cut }, location.href));
  }
  const parameters = addressOf(window, live);
  const zone = chart.dataset.zone ?? "UTC";
  for (const input of panel.querySelectorAll<HTMLInputElement>("input[data-follows]")) {
    if (input.type === "hidden") {
      input.value = parameters[input.name] ?? "";
      input.disabled = input.value === "";
    } else if (document.activeElement !== input) {
      input.value = toWall(input.dataset.follows === "to" ? window.to : window.from, zone);
    }
  }
}

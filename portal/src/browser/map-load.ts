import { UNATTENDED } from "./unattended.ts";

let latest = 0;

/**
 * Takes picture and list of another frame from the page of that address, which becomes the address of this page. False
 * when a newer frame was asked for meanwhile; a page that cannot be had this way is gone to.
 */
export async function takeMap(frame: HTMLElement, address: URL): Promise<boolean> {
  const turn = ++latest;
  const asked = new URL(address);
  asked.searchParams.set("w", String(frame.clientWidth));
  let page: Document;
  try {
    const response = await fetch(asked, { headers: { accept: "text/html", ...UNATTENDED } });
    if (!response.ok || response.redirected) throw new Error(String(response.status));
    page = new DOMParser().parseFromString(await response.text(), "text/html");
  } catch {
    location.href = address.href;
    return false;
  }
  if (turn !== latest) return false;
  const next = page.querySelector<HTMLElement>("mw-map");
  if (!next) {
    location.href = address.href;
    return false;
  }
  const focused = frame.contains(document.activeElement) && document.activeElement !== frame;
  for (const name of ["latitude", "longitude", "zoom"]) frame.dataset[name] = next.dataset[name] ?? "";
  frame.replaceChildren(...[...next.childNodes].map((node) => document.importNode(node, true)));
  replace(page, "[data-map-list]");
  replace(page, "[data-map-tabs]");
  // The pill that had the focus has come apart; the map itself goes on with it.
  if (focused) frame.focus({ preventScroll: true });
  address.searchParams.delete("w");
  history.replaceState(history.state, "", address);
  return true;
}

function replace(page: Document, selector: string): void {
  const next = page.querySelector(selector);
  if (next) document.querySelector(selector)?.replaceWith(document.importNode(next, true));
}

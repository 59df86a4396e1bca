import { formatNumber } from "../views/number.ts";
import { enhanceForms } from "./forms.ts";
import { UNATTENDED } from "./unattended.ts";

/** After a key press the list follows at once; only presses closer than this are one question. */
const GATHER_MS = 20;

/**
 * A list with a filter: each key press and each choice asks for the page with the new filter, puts its address into the
 * bar and replaces what is marked `data-part`. Links marked `data-in-place` (sort, pages, crosses) do the same.
 */
export function followFilter(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-filter]");
  if (!form) return;
  for (const button of form.querySelectorAll<HTMLElement>("[data-script-hides]")) button.hidden = true;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ask = (replace: boolean) => {
    clearTimeout(timer);
    timer = setTimeout(
      () => void show(addressOf(form), replace ? "replace" : "push"),
      replace ? GATHER_MS : 0,
    );
  };
  form.addEventListener("input", (event) => {
    if (event.target instanceof HTMLInputElement && event.target.type === "search") ask(true);
  });
  form.addEventListener("change", (event) => {
    if (!(event.target instanceof HTMLInputElement && event.target.type === "search")) ask(false);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(false);
  });
  document.addEventListener("click", (event) => {
    closeOthers(event.target);
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-in-place]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    void show(link.href, "push").then(() => takeOver(form));
  });
  form.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" ? form.querySelector<HTMLDetailsElement>("details[open]") : null;
    if (!open) return;
    open.open = false;
    open.querySelector("summary")?.focus();
  });
  addEventListener("popstate", () => void show(location.href, "none").then(() => takeOver(form)));
}

/** The form's choices as an address, without those that say nothing. */
function addressOf(form: HTMLFormElement): string {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && value.trim() !== "") query.append(name, value);
  }
  const address = new URL(form.action);
  address.search = query.toString();
  return address.href;
}

let asking: AbortController | undefined;

/** Only the newest question is answered. A list that cannot be had stays as it is, and is said to be old. */
async function show(address: string, history_: "push" | "replace" | "none"): Promise<void> {
  asking?.abort();
  asking = new AbortController();
  const list = document.querySelector('[data-part="list"]');
  try {
    const response = await fetch(address, { headers: { accept: "text/html" }, signal: asking.signal });
    if (!response.ok || response.redirected) {
      location.href = address;
      return;
    }
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (history_ === "push") history.pushState(null, "", address);
    if (history_ === "replace") history.replaceState(null, "", address);
    replaceParts(page);
    watch(page.body.dataset.live);
    list?.classList.remove("busy");
    document.dispatchEvent(new CustomEvent("mw:list"));
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return;
    list?.classList.add("busy");
  }
}

/** Not at each letter: the stream of the old rows goes on until the typing rests. */
const WATCH_AFTER_MS = 600;
let watching: ReturnType<typeof setTimeout> | undefined;

function watch(live: string | undefined): void {
  clearTimeout(watching);
  if (live === undefined || live === document.body.dataset.live) return;
  watching = setTimeout(() => {
    document.body.dataset.live = live;
    document.dispatchEvent(new CustomEvent("mw:watch"));
  }, WATCH_AFTER_MS);
}

function replaceParts(page: Document): void {
  for (const part of document.querySelectorAll<HTMLElement>("[data-part]")) {
    const next = page.querySelector<HTMLElement>(`[data-part="${CSS.escape(part.dataset.part ?? "")}"]`);
    if (!next || next.outerHTML === part.outerHTML) continue;
    if (part.getAttribute("role") === "status") {
      // The element must stay for its words to be spoken.
      part.replaceChildren(...next.childNodes);
      continue;
    }
    const held = part.contains(document.activeElement) && document.activeElement !== part;
    const kept = part.matches("summary");
    const fresh = document.importNode(next, true);
    if (kept) part.replaceChildren(...fresh.childNodes);
    else {
      const href = document.activeElement?.getAttribute("href");
      part.replaceWith(fresh);
      enhanceForms(fresh);
      // Focus stays on the head that was pressed, whose address is the other direction now.
      if (held && href) focusLike(fresh, href);
    }
  }
}

function focusLike(part: HTMLElement, href: string): void {
  const key = (address: string) => new URL(address, location.href).searchParams.get("sort")?.replace("-", "");
  const like = [...part.querySelectorAll<HTMLElement>("a[data-in-place]")].find(
    (link) => key(link.getAttribute("href") ?? "") === key(href),
  );
  like?.focus({ preventScroll: true });
}

/** After a link changed the filter: the form shows it too. */
function takeOver(form: HTMLFormElement): void {
  const query = new URL(location.href).searchParams;
  for (const control of form.querySelectorAll<HTMLInputElement | HTMLSelectElement>("[name]")) {
    if (control instanceof HTMLSelectElement) control.value = query.get(control.name) ?? "";
    else if (control.type === "checkbox" || control.type === "radio") {
      control.checked = query.getAll(control.name).includes(control.value);
    } else control.value = query.get(control.name) ?? "";
  }
}

function closeOthers(target: EventTarget | null): void {
  for (const open of document.querySelectorAll<HTMLDetailsElement>(".chip details[open]")) {
    if (!(target instanceof Node && open.contains(target))) open.open = false;
  }
}

/** How much each saved view finds now, beside its name in the rail: asked for once the page stands. */
export async function countViews(): Promise<void> {
  const rail = document.querySelector<HTMLElement>("[data-view-counts]");
  if (!rail?.dataset.viewCounts || rail.offsetParent === null) return;
  const response = await fetch(rail.dataset.viewCounts, { headers: UNATTENDED }).catch(() => null);
  if (!response?.ok) return;
  const counts = (await response.json()) as Record<string, number>;
  for (const place of document.querySelectorAll<HTMLElement>("[data-view-count]")) {
    const count = counts[place.dataset.viewCount ?? ""];
    if (count !== undefined) place.textContent = formatNumber(count, 0);
  }
}

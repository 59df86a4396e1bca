import { enhanceForms } from "./forms.ts";

/** The alarm list: rows open where they stand; j k to go, x to select, a to acknowledge, s to shelve. */
export function followAlarms(): void {
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-open-row]");
    if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    void openRow(link);
  });
  if (!document.querySelector(".selbar#many")) return;
  document.addEventListener("mw:page", (event) => sayEmptied((event as CustomEvent<string>).detail));
  document.addEventListener("change", (event) => {
    if (event.target instanceof HTMLInputElement && event.target.closest(".arow .pick")) tellSelected();
  });
  document.addEventListener("reset", () => setTimeout(tellSelected));
  for (const changed of ["mw:list", "mw:page"]) document.addEventListener(changed, () => tellSelected());
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isElsewhere(event.target)) return;
    if (document.body.dataset.keys === "off") return;
    const move = { j: 1, k: -1 }[event.key];
    if (move !== undefined) go(move);
    const press = PRESSES[event.key];
    if (press) current()?.querySelector<HTMLElement>(press)?.click();
  });
  tellSelected();
}

const PRESSES: Record<string, string> = {
  x: ".pick input",
  a: '[data-act="acknowledge"]',
  s: '[data-act="shelve"]',
};

function isElsewhere(target: EventTarget | null): boolean {
  if (document.body.dataset.keys === "off" || document.querySelector("dialog[open]")) return true;
  return (
    target instanceof HTMLElement && !target.closest(".pick") && target.matches("input, textarea, select")
  );
}

const rows = () => [...document.querySelectorAll<HTMLElement>(".arow")];
const current = () => document.activeElement?.closest<HTMLElement>(".arow") ?? null;

/** The row's link takes the focus, so that Enter opens it and a screen reader says it. */
function go(by: number): void {
  const all = rows();
  const at = all.indexOf(current() as HTMLElement);
  const next = all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + by))];
  next?.querySelector<HTMLElement>("a[data-open-row]")?.focus();
}

/** The last row has gone with what was done to it: the list says what the server now says of it. */
function sayEmptied(html: string): void {
  const list = document.querySelector<HTMLElement>('[data-part="list"]');
  if (!list || list.querySelector(".arow")) return;
  const next = new DOMParser().parseFromString(html, "text/html").querySelector('[data-part="list"]');
  if (!next) return;
  const fresh = document.importNode(next, true) as HTMLElement;
  list.replaceWith(fresh);
  enhanceForms(fresh);
}

function tellSelected(): void {
  const n = document.querySelectorAll(".arow .pick :checked").length;
  const text = document.querySelector("[data-selected]");
  if (text) text.textContent = `${n} ${n === 1 ? "alarm" : "alarms"} selected`;
}

/** The row as the server draws it opened or closed, and the address that shows it again. */
async function openRow(link: HTMLAnchorElement): Promise<void> {
  const key = link.closest("[data-row]")?.getAttribute("data-row") ?? "";
  try {
    const response = await fetch(link.href, { headers: { accept: "text/html" } });
    if (!response.ok || response.redirected) throw new Error(String(response.status));
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const at = (where: Document, row: string) =>
      where.querySelector<HTMLElement>(`.arow[data-row="${CSS.escape(row)}"]`);
    const next = at(page, key);
    if (!next) throw new Error("the row is gone");
    // One row at a time: the one that was open before closes, as on the page of that address.
    for (const before of document.querySelectorAll<HTMLElement>(".arow:has(.opened)")) {
      const closed = at(page, before.dataset.row ?? "");
      if (closed && before.dataset.row !== key) put(before, closed);
    }
    loadScripts(page);
    const row = put(at(document, key)!, next);
    history.replaceState(null, "", link.href);
    row.querySelector<HTMLElement>("a[data-open-row]")?.focus({ preventScroll: true });
  } catch {
    location.href = link.href;
  }
}

function put(old: HTMLElement, next: HTMLElement): HTMLElement {
  const ticked = old.querySelector<HTMLInputElement>(".pick input")?.checked ?? false;
  const row = document.importNode(next, true);
  old.replaceWith(row);
  enhanceForms(row);
  const box = row.querySelector<HTMLInputElement>(".pick input");
  if (box) box.checked = ticked;
  return row;
}

/** The chart's script comes with the first row that has a chart. */
function loadScripts(page: Document): void {
  for (const { src } of page.querySelectorAll<HTMLScriptElement>('script[type="module"][src]')) {
    const path = new URL(src, location.href).pathname;
    if ([...document.scripts].some((known) => known.src && new URL(known.src).pathname === path)) continue;
    const script = document.createElement("script");
    script.type = "module";
    script.src = path;
    document.head.append(script);
  }
}

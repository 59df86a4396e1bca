/** The most machines that one chart can tell apart. */
const MOST = 8;

/**
 * Rows by keyboard (j, k to go, x to choose, Enter to open) and a bar for those that are chosen. What is chosen stays
 * so while the filter changes.
 */
export function followTable(): void {
  if (!document.querySelector("table[data-rows]")) return;
  const chosen = new Map<string, string>();
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (!(box instanceof HTMLInputElement) || !box.closest("td.pick")) return;
    if (box.checked && chosen.size >= MOST) box.checked = false;
    else if (box.checked) chosen.set(box.value, box.getAttribute("aria-label") ?? "");
    else chosen.delete(box.value);
    showChosen(chosen);
  });
  document.addEventListener("reset", () => {
    chosen.clear();
    showChosen(chosen);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches(".selbar")) return;
    event.preventDefault();
    location.href = `${form.action}?assets=${[...chosen.keys()].map(encodeURIComponent).join(",")}`;
  });
  document.addEventListener("mw:list", () => showChosen(chosen));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isBusy(event)) return;
    const move = { j: 1, k: -1 }[event.key];
    if (move !== undefined) go(move);
    else if (event.key === "x") current()?.querySelector<HTMLElement>("td.pick input")?.click();
  });
  // A page that comes back from the browser's store still has its boxes ticked.
  for (const box of boxes()) if (box.checked) chosen.set(box.value, box.getAttribute("aria-label") ?? "");
  showChosen(chosen);
}

const boxes = () => document.querySelectorAll<HTMLInputElement>("td.pick input");
const rows = () => [...document.querySelectorAll<HTMLElement>("table[data-rows] tr[data-row]")];
const current = () =>
  (document.activeElement?.closest("tr[data-row]") ??
    document.querySelector("tr[data-row].at")) as HTMLElement | null;

function isBusy(event: KeyboardEvent): boolean {
  const target = event.target;
  return (
    document.body.dataset.keys === "off" ||
    (target instanceof HTMLElement &&
      !target.closest("td.pick") &&
      (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)))
  );
}

/** The row's own link takes the focus, so that Enter opens it and a screen reader says it. */
function go(by: number): void {
  const all = rows();
  const at = all.indexOf(current() as HTMLElement);
  const next = all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + by))];
  for (const row of all) row.classList.toggle("at", row === next);
  next?.querySelector<HTMLElement>("th a")?.focus();
}

function showChosen(chosen: ReadonlyMap<string, string>): void {
  for (const box of boxes()) {
    box.checked = chosen.has(box.value);
    box.disabled = !box.checked && chosen.size >= MOST;
  }
  const bar = document.querySelector<HTMLElement>(".selbar");
  if (!bar) return;
  bar.toggleAttribute("data-chosen", chosen.size > 0);
  const text = bar.querySelector("[data-chosen-text]");
  if (text) text.textContent = `${chosen.size} chosen, of ${MOST} to compare`;
}

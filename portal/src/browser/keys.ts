/** `/` to search, `c` to reply, `g` then h, f, a, t to go. Never while writing, never with a modifier. */
const PLACES: Record<string, string> = { h: "/", f: "/fleet", a: "/alarms", t: "/tickets" };
const SECOND_KEY_MS = 1200;

export function followKeys(): void {
  let goUntil = 0;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
    if (document.body.dataset.keys === "off") return;
    if (Date.now() < goUntil && PLACES[event.key]) {
      location.href = PLACES[event.key]!;
      return;
    }
    goUntil = event.key === "g" ? Date.now() + SECOND_KEY_MS : 0;
    const field = [...document.querySelectorAll<HTMLElement>("[data-key]")].find(
      (candidate) => candidate.dataset.key === event.key && candidate.offsetParent !== null,
    );
    if (!field) return;
    event.preventDefault();
    // A button is what its key does; a field is where one writes.
    if (field instanceof HTMLButtonElement) field.click();
    else field.focus();
  });
}

function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

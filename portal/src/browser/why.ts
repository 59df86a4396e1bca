/** Reasons that are open close as a menu does: with Escape, and by a press elsewhere. */
export function closeReasons(): void {
  const open = () => document.querySelectorAll<HTMLDetailsElement>("details.why[open]");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const why of open()) {
      const focused = why.contains(document.activeElement);
      why.open = false;
      if (focused) why.querySelector("summary")?.focus();
    }
  });
  document.addEventListener("click", (event) => {
    for (const why of open()) if (!why.contains(event.target as Node)) why.open = false;
  });
}

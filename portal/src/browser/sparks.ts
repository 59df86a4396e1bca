/** One question for all lines on the page, and again when the list shows other machines. */
export function showSparks(): void {
  const list = document.querySelector("[data-part=list]");
  if (!list) return;
  // Lines already had: typing in the filter brings the same machines back again and again.
  const had = new Map<string, Node>();
  const show = async () => {
    const cells = [...document.querySelectorAll<HTMLElement>("td[data-spark]")];
    // Hidden on a small screen: not asked for.
    if (!cells.some((cell) => cell.offsetParent !== null)) return;
    const missing = cells.map((cell) => cell.dataset.spark ?? "").filter((id) => !had.has(id));
    if (missing.length > 0) {
      const address = `/fleet/sparks?assets=${missing.join(",")}`;
      const response = await fetch(address, { headers: { accept: "text/html" } }).catch(() => null);
      if (!response?.ok || response.redirected) return;
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      for (const line of page.querySelectorAll<HTMLElement | SVGElement>("[data-spark]")) {
        had.set(line.dataset.spark ?? "", document.importNode(line, true));
      }
    }
    for (const cell of document.querySelectorAll<HTMLElement>("td[data-spark]")) {
      const line = had.get(cell.dataset.spark ?? "");
      if (line) cell.replaceChildren(line);
    }
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  document.addEventListener("mw:list", () => {
    clearTimeout(timer);
    // Not at each letter typed.
    timer = setTimeout(() => void show(), 150);
  });
  void show();
}

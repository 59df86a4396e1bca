import { enhanceForms } from "./forms.ts";
import { on } from "./live.ts";
import { UNATTENDED } from "./unattended.ts";

/** Several changes of one incident come together; one reload serves them all. */
const GATHER_MS = 400;
/** What no event tells (stopped, silent for too long) is right again after this long at most. */
const ANYWAY_MS = 60_000;

/**
 * When an alarm, a ticket or a connection changes, the page is read again and its marked regions are replaced where they
 * stand.
 * A list is not re-sorted under the pointer: there a strip offers to show the change.
 */
export function refreshOnChange(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  // A form that was sent in place already has the answer.
  document.addEventListener("mw:page", (event) => void refreshRegions((event as CustomEvent<string>).detail));
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void refreshRegions(), GATHER_MS);
  };
  on("changed", soon);
  const connectedByAsset = new Map<string, boolean>();
  on("presence", ({ asset, connected }) => {
    // The stream begins with how things are, which the page knows.
    const before = connectedByAsset.get(asset);
    connectedByAsset.set(asset, connected);
    if (before !== undefined && before !== connected) soon();
  });
  if (document.body.dataset.live) {
    setInterval(() => document.hidden || void refreshRegions(), ANYWAY_MS);
  }
}

/** Rejects nothing: a page that cannot be read again stays as it is, and the stream's strip tells the rest. */
async function refreshRegions(html?: string): Promise<void> {
  const fresh = await freshPage(html);
  if (!fresh) return;
  let left = false;
  for (const region of document.querySelectorAll<HTMLElement>("[data-region]")) {
    const next = fresh.querySelector<HTMLElement>(
      `[data-region="${CSS.escape(region.dataset.region ?? "")}"]`,
    );
    if (!next || next.outerHTML === region.outerHTML) continue;
    if (region.contains(document.activeElement) && document.activeElement !== document.body) {
      left = true;
      continue;
    }
    const replacement = document.importNode(next, true);
    keepOpen(region, replacement);
    region.replaceWith(replacement);
    enhanceForms(replacement);
  }
  if (left || rows(document) !== rows(fresh)) {
    document.querySelector<HTMLElement>("[data-changed-note]")?.removeAttribute("hidden");
  }
}

/** What a person has opened stays open. */
function keepOpen(before: HTMLElement, after: HTMLElement): void {
  const fresh = after.querySelectorAll("details");
  before.querySelectorAll("details").forEach((details, i) => {
    if (details.open && fresh[i]) fresh[i].open = true;
  });
}

async function freshPage(html: string | undefined): Promise<Document | null> {
  try {
    const text = html ?? (await pageText());
    return text === null ? null : new DOMParser().parseFromString(text, "text/html");
  } catch {
    return null;
  }
}

async function pageText(): Promise<string | null> {
  const response = await fetch(location.href, { headers: { accept: "text/html", ...UNATTENDED } });
  return response.ok && !response.redirected ? response.text() : null;
}

/** Which rows the page's lists have, in order, without the ages that change by themselves. */
function rows(page: Document): string {
  return [...page.querySelectorAll("[data-list] [data-row]")]
    .map((row) => row.getAttribute("data-row"))
    .join(" ");
}

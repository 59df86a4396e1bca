import { enhanceForms } from "./forms.ts";

/**
 * A link marked `data-dialog` leads to a page with a form; here that page's `data-dialog-body` comes as a dialog over the
 * page one is on. Where that fails the link leads there as it would without script.
 */
export function openDialogs(): void {
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    const link = target.closest<HTMLAnchorElement>("a[data-dialog]");
    if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    void open(link);
  });
}

async function open(link: HTMLAnchorElement): Promise<void> {
  const page = await pageOf(link.href);
  const body = page?.querySelector<HTMLElement>("[data-dialog-body]");
  if (!page || !body) {
    location.href = link.href;
    return;
  }
  const dialog = document.createElement("dialog");
  dialog.className = "dlg";
  const title = document.createElement("h2");
  title.id = "dialog-title";
  title.textContent = page.querySelector("h1")?.textContent ?? "";
  dialog.setAttribute("aria-labelledby", title.id);
  dialog.append(title, document.importNode(body, true));
  enhanceForms(dialog);
  for (const close of dialog.querySelectorAll("[data-dialog-close]")) {
    close.addEventListener("click", (event) => {
      event.preventDefault();
      dialog.close();
    });
  }
  dialog.addEventListener("close", () => {
    dialog.remove();
    link.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
}

async function pageOf(address: string): Promise<Document | null> {
  try {
    const response = await fetch(address, { headers: { accept: "text/html" } });
    if (!response.ok || response.redirected) return null;
    return new DOMParser().parseFromString(await response.text(), "text/html");
  } catch {
    return null;
  }
}

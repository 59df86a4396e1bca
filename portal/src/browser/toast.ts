import { enhanceForms } from "./forms.ts";

/** Long enough to read a sentence and to reach for the key. From the design. */
const SHOWN_MS = 8000;
/** A live region speaks only of what comes into it after it stands. */
const SPEAK_AFTER_MS = 100;

/** Notices float, leave by themselves after eight seconds and wait while the pointer or the focus is on them. */
export function showToasts(): void {
  const place = toasts(document);
  if (!place) return;
  for (const toast of place.querySelectorAll<HTMLElement>("[data-toast]")) {
    toast.remove();
    setTimeout(() => put(toast), SPEAK_AFTER_MS);
  }
  // A form that was sent in place is answered by a whole page; its notice belongs here.
  document.addEventListener("mw:page", (event) => {
    const page = new DOMParser().parseFromString((event as CustomEvent<string>).detail, "text/html");
    for (const toast of toasts(page)?.querySelectorAll("[data-toast]") ?? []) {
      const own = document.importNode(toast, true) as HTMLElement;
      enhanceForms(own);
      put(own);
    }
  });
  document.addEventListener("mw:failed", (event) => putError((event as CustomEvent<string>).detail));
}

const toasts = (page: Document) => page.querySelector<HTMLElement>("[data-toasts]");

/** One at a time: the newest is the one that can be undone. */
function put(toast: HTMLElement): void {
  toasts(document)?.replaceChildren(toast);
  const close = toast.querySelector<HTMLButtonElement>("[data-toast-close]");
  if (close) {
    close.hidden = false;
    close.addEventListener("click", () => toast.remove());
  }
  if (toast.dataset.toast !== "error") leaveLater(toast);
}

function leaveLater(toast: HTMLElement): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wait = () => clearTimeout(timer);
  const go = () => {
    wait();
    if (toast.matches(":hover, :focus-within")) return;
    timer = setTimeout(() => toast.remove(), SHOWN_MS);
  };
  for (const come of ["pointerenter", "focusin"]) toast.addEventListener(come, wait);
  for (const leave of ["pointerleave", "focusout"]) toast.addEventListener(leave, () => setTimeout(go));
  go();
}

/** What could not be sent stays until it is closed. */
function putError(text: string): void {
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.dataset.toast = "error";
  const words = document.createElement("span");
  words.className = "grow";
  words.textContent = text;
  const close = document.createElement("button");
  close.className = "btn s";
  close.type = "button";
  close.dataset.toastClose = "";
  close.textContent = "Close";
  toast.append(words, close);
  put(toast);
}

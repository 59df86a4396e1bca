/**
 * What cannot be taken back is asked in a dialog, with the effect in words and both ways out as verbs. Without script
 * the same form opens in place (views/table.tsx, Twice).
 */
export function confirmInDialog(): void {
  document.addEventListener("click", (event) => {
    const summary = event.target instanceof Element ? event.target.closest(".twice > summary") : null;
    const form = summary?.parentElement?.querySelector("form");
    if (!(summary instanceof HTMLElement) || !form) return;
    event.preventDefault();
    ask(summary, form);
  });
}

function ask(summary: HTMLElement, form: HTMLFormElement): void {
  const dialog = document.createElement("dialog");
  dialog.className = "dlg";
  const title = document.createElement("h2");
  title.id = "ask-title";
  title.textContent = `${(summary.textContent ?? "").trim()}?`;
  dialog.setAttribute("aria-labelledby", title.id);
  const stay = document.createElement("button");
  stay.type = "button";
  stay.className = "btn";
  stay.textContent = "Keep it";
  stay.addEventListener("click", () => dialog.close());
  const place = form.parentElement;
  dialog.append(title, form);
  form.append(stay);
  // The form goes back to its place, so that it can be asked again.
  dialog.addEventListener("close", () => {
    stay.remove();
    place?.append(form);
    dialog.remove();
    summary.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  // The safe way out has the focus.
  stay.focus();
}

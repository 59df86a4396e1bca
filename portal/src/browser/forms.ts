/** Small comforts of forms. Each works without them. */
export function enhanceForms(root: ParentNode): void {
  if (root === document) goToError();
  for (const form of root.querySelectorAll("form")) enhance(form);
  for (const button of root.querySelectorAll<HTMLButtonElement>("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => void copy(button));
  }
}

/** A form that came back: the reader is taken to the first thing that is wrong with it. */
function goToError(): void {
  const wrong = document.querySelector<HTMLElement>('main .alert[role="alert"], main [aria-invalid="true"]');
  if (!wrong) return;
  if (wrong.matches(".alert")) wrong.tabIndex = -1;
  wrong.focus();
}

function enhance(form: HTMLFormElement): void {
  form.addEventListener("submit", (event) => {
    if (form.dataset.join) joinTags(form);
    const button = (event as SubmitEvent).submitter;
    if (form.dataset.instant !== undefined) {
      event.preventDefault();
      void sendInPlace(form, button);
      return;
    }
    if (button instanceof HTMLButtonElement && button.dataset.busy) busy(button, true);
  });
  if (form.dataset.submitOnChange !== undefined) {
    form.addEventListener("change", (event) => {
      if (event.target instanceof HTMLSelectElement) form.requestSubmit();
    });
  }
  if (form.dataset.draft) keepDraft(form, `draft ${form.dataset.draft}`);
  const reveal = form.querySelector<HTMLSelectElement>("[data-reveal]");
  if (reveal) {
    const show = () => {
      for (const part of form.querySelectorAll<HTMLElement>("[data-when]")) {
        part.hidden = !(part.dataset.when ?? "").split(" ").includes(reveal.value);
      }
    };
    reveal.addEventListener("change", show);
    show();
  }
}

/** Posts without leaving the page, then takes the changed regions from the page that the server answers with. */
async function sendInPlace(form: HTMLFormElement, button: HTMLElement | null): Promise<void> {
  if (button instanceof HTMLButtonElement) busy(button, true);
  try {
    const response = await fetch(form.action, { method: "POST", body: new FormData(form) });
    if (!response.ok) throw new Error(String(response.status));
    const html = await response.text();
    // The pressed button goes away with its region; focus moves to the main part, not to nowhere.
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    const row = form.closest("[data-row]");
    const key = row?.getAttribute("data-row");
    if (row && key) {
      const page = new DOMParser().parseFromString(html, "text/html");
      const next = page.querySelector(`[data-row="${CSS.escape(key)}"]`);
      if (next) {
        const replacement = document.importNode(next, true);
        row.replaceWith(replacement);
        enhanceForms(replacement);
      } else row.remove();
    }
    // What is undone may come back as a row that is not there any more.
    if (form.closest("[data-toast]")) takeMain(html);
    document.dispatchEvent(new CustomEvent("mw:page", { detail: html }));
    document.getElementById("main")?.focus({ preventScroll: true });
  } catch (error) {
    if (error instanceof TypeError) {
      // No answer at all: the plain way would lose the page as well.
      if (button instanceof HTMLButtonElement) busy(button, false);
      document.dispatchEvent(
        new CustomEvent("mw:failed", { detail: "Not saved: the server does not answer. Try again." }),
      );
      return;
    }
    // The plain way still tells what is wrong.
    form.submit();
  }
}

/** The page as the server now has it, in place of the one that is shown. */
function takeMain(html: string): void {
  const next = new DOMParser().parseFromString(html, "text/html").getElementById("main");
  const main = document.getElementById("main");
  if (!next || !main) return;
  main.replaceChildren(...[...next.childNodes].map((node) => document.importNode(node, true)));
  enhanceForms(main);
}

const wordsBefore = new WeakMap<HTMLButtonElement, Node[]>();

/** A busy button says so and keeps its width; one that is not any more has its own words again. */
function busy(button: HTMLButtonElement, on: boolean): void {
  if (!button.dataset.busy) return;
  if (on) {
    button.style.minWidth = `${button.offsetWidth}px`;
    wordsBefore.set(button, [...button.childNodes]);
    button.setAttribute("aria-busy", "true");
    button.textContent = button.dataset.busy;
  } else {
    button.removeAttribute("aria-busy");
    button.replaceChildren(...(wordsBefore.get(button) ?? []));
  }
}

async function copy(button: HTMLButtonElement): Promise<void> {
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(button.dataset.copy ?? "");
    button.textContent = "Copied";
  } catch {
    button.textContent = "Select it and copy";
  }
  setTimeout(() => {
    button.textContent = before;
  }, 2000);
}

/** Ticked boxes `tag` become one short parameter `tags=a,b`. */
function joinTags(form: HTMLFormElement): void {
  const boxes = [...form.querySelectorAll<HTMLInputElement>('input[name="tag"]')];
  const joined = document.createElement("input");
  joined.type = "hidden";
  joined.name = form.dataset.join ?? "tags";
  joined.value = boxes
    .filter((box) => box.checked)
    .map((box) => box.value)
    .join(",");
  form.append(joined);
  for (const box of boxes) box.disabled = true;
}

/** A half-written reply survives a reload in this tab. */
function keepDraft(form: HTMLFormElement, key: string): void {
  const area = form.querySelector("textarea");
  if (!area) return;
  if (!area.value) area.value = sessionStorage.getItem(key) ?? "";
  area.addEventListener("input", () => sessionStorage.setItem(key, area.value));
  form.addEventListener("submit", () => sessionStorage.removeItem(key));
}

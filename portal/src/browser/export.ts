import { count, formatNumber } from "../views/number.ts";

const ROWS_HEADER = "x-rows";
/** A page keeps a file of so many rows in memory while it comes; a greater one is the browser's own download. */
const MOST_ROWS = 2_000_000;
const NEW_LINE = 10;

/** The export form with its progress: rows of a CSV are counted as they come, against the number told beforehand. */
export function defineExport(): void {
  customElements.define("mw-export", ExportForm);
}

class ExportForm extends HTMLElement {
  #request: AbortController | null = null;
  /** Set while the browser itself takes the file. */
  #plain = false;

  connectedCallback(): void {
    const form = this.querySelector("form");
    form?.addEventListener("submit", (event) => {
      if (this.#plain) return;
      event.preventDefault();
      if (!this.#request) void this.#take(form);
    });
    this.querySelector('[data-part="stop"]')?.addEventListener("click", () => this.#request?.abort());
    addEventListener("pagehide", () => this.#request?.abort());
  }

  async #take(form: HTMLFormElement): Promise<void> {
    this.#request = new AbortController();
    this.#working(true);
    this.#say("Counting the rows…");
    try {
      const query = new URLSearchParams(
        [...new FormData(form)].filter((entry): entry is [string, string] => typeof entry[1] === "string"),
      );
      const response = await fetch(`${form.action}?${query}`, { signal: this.#request.signal });
      const rows = Number(response.headers.get(ROWS_HEADER));
      const told = response.headers.has(ROWS_HEADER);
      if (!response.ok || !told || !response.body || rows > MOST_ROWS) {
        // What went wrong is the page's to say; a great file goes to the disk at once.
        this.#request.abort();
        this.#plain = true;
        form.requestSubmit();
        this.#plain = false;
        this.#say(told ? `${count(rows, "row")}: your browser takes the file; see its downloads.` : "");
        return;
      }
      const csv = response.headers.get("content-type")?.startsWith("text/csv") ?? false;
      const pieces = await this.#read(response.body, csv, rows);
      const name = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "")?.[1];
      save(new Blob(pieces, { type: response.headers.get("content-type") ?? "" }), name ?? "export");
      this.#say(`${count(rows, "row")} in ${name}.`);
    } catch {
      this.#say(
        this.#request.signal.aborted
          ? "Stopped."
          : "The file broke off before its end. Nothing was kept; try again.",
      );
    } finally {
      this.#request = null;
      this.#working(false);
    }
  }

  async #read(
    body: ReadableStream<Uint8Array>,
    csv: boolean,
    rows: number,
  ): Promise<Uint8Array<ArrayBuffer>[]> {
    const bar = this.querySelector<HTMLProgressElement>('[data-part="bar"]');
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    let [lines, bytes] = [0, 0];
    this.#say(`${count(rows, "row")}. Writing the file…`);
    const reader = body.getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return pieces;
      pieces.push(new Uint8Array(value));
      bytes += value.length;
      if (csv) for (const byte of value) if (byte === NEW_LINE) lines++;
      const arrived = Math.max(0, lines - 1);
      const share = csv && rows > 0 ? Math.min(1, arrived / rows) : null;
      if (bar && share !== null) bar.value = share;
      const megabytes = `${formatNumber(bytes / 1e6, 1)} MB`;
      this.#say(
        share === null
          ? `${count(rows, "row")}, ${megabytes} so far`
          : `${formatNumber(Math.floor(share * 100), 0)} %: ${formatNumber(arrived, 0)} of ${count(rows, "row")}, ${megabytes}`,
      );
    }
  }

  #say(text: string): void {
    const said = this.querySelector('[data-part="said"]');
    if (said) said.textContent = text;
  }

  #working(on: boolean): void {
    for (const part of this.querySelectorAll<HTMLElement>('[data-part="bar"], [data-part="stop"]'))
      part.hidden = !on;
    this.querySelector('[data-part="bar"]')?.removeAttribute("value");
    this.querySelector('button[type="submit"]')?.toggleAttribute("disabled", on);
  }
}

function save(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** The page's one stream of server-sent events, given on as events of the document. */
export type LiveValue = {
  tag: string;
  value: number;
  time: number;
  quality: "good" | "uncertain" | "bad";
  note: string | null;
};
type ValuesEvent = { asset: string; values: LiveValue[] };
type PresenceEvent = { asset: string; connected: boolean };
type ChangedEvent = { what: "alarms" | "tickets"; asset: string | null };

type Events = { values: ValuesEvent; presence: PresenceEvent; changed: ChangedEvent };

/** A short break is nobody's business: only after this long the page says that it is not live. Ours. */
const TELL_AFTER_MS = 5000;
const RETRY_MS = 3000;

export function on<K extends keyof Events>(kind: K, listener: (detail: Events[K]) => void): void {
  document.addEventListener(`mw:${kind}`, (event) => listener((event as CustomEvent<Events[K]>).detail));
}

export function followLive(): void {
  if (!document.body.dataset.live) return;
  let current: EventSource | undefined;
  let lost: ReturnType<typeof setTimeout> | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let lastAt = Date.now();

  const open = () => {
    current?.close();
    // Read each time: a list that shows other machines has another stream.
    const address = document.body.dataset.live;
    if (!address) return;
    const source = new EventSource(address);
    current = source;
    source.onopen = () => {
      clearTimeout(lost);
      lost = undefined;
      state(true, lastAt);
    };
    source.onerror = () => {
      lost ??= setTimeout(() => state(false, lastAt), TELL_AFTER_MS);
      // The browser tries again by itself after a break, but not after an answer that is no stream.
      if (source.readyState === EventSource.CLOSED) {
        clearTimeout(retry);
        retry = setTimeout(open, RETRY_MS);
      }
    };
    for (const kind of ["values", "presence", "changed"] as const) {
      source.addEventListener(kind, (event) => {
        lastAt = Date.now();
        document.dispatchEvent(new CustomEvent(`mw:${kind}`, { detail: JSON.parse(event.data) }));
      });
    }
    // A page that is left must not keep one of the browser's few connections.
    addEventListener("pagehide", () => source.close(), { once: true });
  };
  open();
  document.addEventListener("mw:watch", open);
  addEventListener("pageshow", (event) => {
    if (event.persisted) open();
  });
}

function state(live: boolean, lastAt: number): void {
  const clock = new Date(lastAt).toTimeString().slice(0, 5);
  for (const strip of document.querySelectorAll<HTMLElement>("[data-live-lost]")) {
    strip.hidden = live;
    const text = strip.querySelector("[data-live-lost-text]");
    if (text) text.textContent = `Not live since ${clock}.`;
  }
  for (const dot of document.querySelectorAll<HTMLElement>("[data-live-state]")) {
    dot.classList.toggle("off", !live);
    const word = dot.querySelector("span");
    if (word) word.textContent = live ? "Live" : `Not live since ${clock}`;
  }
}

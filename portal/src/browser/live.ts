import { followSource } from "./live-source.ts";

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

export function on<K extends keyof Events>(kind: K, listener: (detail: Events[K]) => void): void {
  document.addEventListener(`mw:${kind}`, (event) => listener((event as CustomEvent<Events[K]>).detail));
}

export function followLive(): void {
  const address = document.body.dataset.live;
  if (!address) return;
  let lost: ReturnType<typeof setTimeout> | undefined;
  let lastAt = Date.now();
  followSource(address, {
    kinds: ["values", "presence", "changed", "gap"],
    onOpen() {
      clearTimeout(lost);
      lost = undefined;
      state(true, lastAt);
    },
    onLost() {
      lost ??= setTimeout(() => state(false, lastAt), TELL_AFTER_MS);
    },
    onEvent(kind, data) {
      lastAt = Date.now();
      // What has changed meanwhile is not known: the page reads itself again.
      const detail = kind === "gap" ? { what: "alarms", asset: null } : JSON.parse(data);
      document.dispatchEvent(new CustomEvent(`mw:${kind === "gap" ? "changed" : kind}`, { detail }));
    },
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
    if (word) word.textContent = live ? "Live" : `Not live since ${clock}. Trying again.`;
  }
}

/** Reconnecting at once, then ever more slowly: hundreds of pages must not knock a restarting server over. */
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 30_000;
/** The server beats every 15 s: a connection silent for longer is dead, whatever the browser thinks. */
const SILENCE_MS = 40_000;
/** A browser has six connections to one server: a page that nobody looks at gives its own back. */
const HIDDEN_MS = 10_000;

/** `n`th retry, jitter 0..1. */
export function retryMs(n: number, jitter: number): number {
  return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** n) * (0.5 + jitter / 2);
}

export type LiveHandlers = {
  kinds: readonly string[];
  onEvent(kind: string, data: string): void;
  onOpen(): void;
  onLost(): void;
};

/** One stream of server-sent events for as long as the page is looked at. It goes on where it broke off. */
export function followSource(address: string, { kinds, onEvent, onOpen, onLost }: LiveHandlers): void {
  let source: EventSource | null = null;
  let had = "";
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let hiding: ReturnType<typeof setTimeout> | undefined;

  const close = () => {
    clearTimeout(timer);
    source?.close();
    source = null;
  };
  const again = () => {
    close();
    onLost();
    timer = setTimeout(open, retryMs(failures++, Math.random()));
  };
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(again, SILENCE_MS);
  };
  const open = () => {
    close();
    const next = new EventSource(had ? `${address}&last=${encodeURIComponent(had)}` : address);
    source = next;
    next.onopen = () => {
      alive();
      onOpen();
    };
    // The browser's own retry is steady and knows nothing of other pages: ours instead.
    next.onerror = again;
    for (const kind of [...kinds, "beat"]) {
      next.addEventListener(kind, (event) => {
        failures = 0;
        had = event.lastEventId || had;
        alive();
        if (kind !== "beat") onEvent(kind, event.data);
      });
    }
  };

  open();
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hiding);
    if (document.hidden) hiding = setTimeout(close, HIDDEN_MS);
    else if (!source) open();
  });
  // A page that is left must not keep one of the browser's few connections.
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => {
    if (event.persisted) open();
  });
}

/** What a key means on the focused chart; a string is one of the panel's acts. null: not ours. */
export type Move = string | { buckets: number } | { to: "start" | "end" } | { pane: 1 | -1 };

const ACTS: Record<string, string> = {
  "[": "earlier",
  "]": "later",
  "+": "in",
  "=": "in",
  "-": "out",
  "0": "reset",
  Enter: "pin",
  Escape: "unpin",
};

export function keyMove(
  event: Pick<KeyboardEvent, "key" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">,
): Move | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const step = event.shiftKey ? 10 : 1;
  switch (event.key) {
    case "ArrowLeft":
      return { buckets: -step };
    case "ArrowRight":
      return { buckets: step };
    case "Home":
      return { to: "start" };
    case "End":
      return { to: "end" };
    case "ArrowUp":
      return { pane: -1 };
    case "ArrowDown":
      return { pane: 1 };
    default:
      return ACTS[event.key] ?? null;
  }
}

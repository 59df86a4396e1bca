import { toWall } from "../../views/wall-time.ts";
import type { Shown } from "./stack.ts";

/** Opening the form under the chart fills its times from the pins, else from the cursor, else with the right edge. */
export function fillNoteTimes(panel: Element, shown: Shown, signal: AbortSignal): void {
  const form = panel.querySelector<HTMLDetailsElement>('[data-part="note-new"]');
  form?.addEventListener(
    "toggle",
    () => {
      if (!form.open) return;
      const [from, to] = shown.pins.length
        ? [...shown.pins].sort((a, b) => a - b)
        : [shown.cursorAt ?? shown.window.to];
      const write = (name: string, at: number | undefined) => {
        const input = form.querySelector<HTMLInputElement>(`[data-note="${name}"]`);
        if (input) input.value = at === undefined ? "" : toWall(at, shown.zone);
      };
      write("from", from);
      write("to", to);
    },
    { signal },
  );
}

import { formatNumber } from "../../views/number.ts";
import { duration } from "../../views/time.ts";
import { gapMs, nearest, type Pane, type Point } from "./data.ts";
import { pinDifference, quantity } from "./sentence.ts";

export type Reading = {
  points: ReadonlyMap<string, readonly Point[]>;
  bucketMs: number;
  /** null: no cursor, the newest values are shown. */
  at: number | null;
  pins: readonly number[];
};

/** Writes the readout column of one pane: value, spread and doubt at the cursor, and what lies between the pins. */
export function showReadout(box: HTMLElement, pane: Pane, { points, bucketMs, at, pins }: Reading): void {
  for (const line of pane.lines) {
    const row = box.querySelector<HTMLElement>(`[data-line="${CSS.escape(line.key)}"]`);
    if (!row) continue;
    const mine = points.get(line.key) ?? [];
    const within = gapMs(bucketMs, line.intervalMs);
    const point = at === null ? mine.at(-1) : nearest(mine, at, within);
    const shown = at === null ? point?.last : point?.mean;
    write(row, "value", `${point?.uncertain ? "~" : ""}${quantity(shown, line, pane.unit)}`);
    const spread =
      point && point.max > point.min
        ? `${formatNumber(point.min, line.decimals)} to ${formatNumber(point.max, line.decimals)}`
        : "";
    write(row, "spread", spread);
    write(row, "doubt", point?.uncertain ? "uncertain" : "");
    const [a, b] = pins;
    const pinned = a === undefined ? undefined : nearest(mine, a, within);
    const difference =
      a === undefined || b === undefined ? null : pinDifference(line, pane.unit, mine, [a, b], within);
    write(
      row,
      "pin",
      a === undefined
        ? ""
        : b === undefined
          ? `A ${quantity(pinned?.mean, line, pane.unit)}`
          : `A to B ${difference ?? "no data"}`,
    );
  }
}

/** What the readout of one pane says now, line by line. */
export function spokenValues(box: HTMLElement, pane: Pane): string[] {
  return pane.lines.map((line) => {
    const row = box.querySelector(`[data-line="${CSS.escape(line.key)}"]`);
    const of = (part: string) => row?.querySelector(`[data-part="${part}"]`)?.textContent ?? "";
    return [`${line.name} ${of("value")}`, of("doubt"), of("pin")].filter(Boolean).join(", ");
  });
}

/** "4 h 51 min from A to B" */
export function pinSpan(pins: readonly number[]): string {
  const [a, b] = pins;
  return a === undefined || b === undefined ? "" : `${duration(Math.abs(b - a))} from A to B`;
}

function write(root: HTMLElement, part: string, text: string): void {
  const element = root.querySelector(`[data-part="${part}"]`);
  if (element && element.textContent !== text) element.textContent = text;
}

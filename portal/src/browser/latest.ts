import type { Limits } from "@millwright/shared/domain/model";
import { limitPassed } from "../views/limit.ts";
import { formatNumber } from "../views/number.ts";
import { ago } from "../views/time.ts";
import { setAgo } from "./ages.ts";
import { type LiveValue, on } from "./live.ts";

/** The table of latest values and the head's "Last reading", kept up to date by the stream. */
export function showLatest(): void {
  on("values", ({ asset, values }) => {
    let newest = 0;
    for (const value of values) {
      newest = Math.max(newest, value.time);
      const row = document.querySelector<HTMLElement>(
        `[data-live-row="${CSS.escape(`${asset} ${value.tag}`)}"]`,
      );
      if (row) showRow(row, value);
    }
    const seen = document.querySelector<HTMLElement>(`[data-last-reading="${CSS.escape(asset)}"]`);
    if (seen) showSeen(seen, newest);
  });
  on("presence", ({ asset, connected }) => {
    document.querySelector(`[data-presence="${CSS.escape(asset)}"]`)?.classList.toggle("off", !connected);
  });
}

/** The age of the newest reading; a machine that had none gets its first one here. */
function showSeen(place: HTMLElement, at: number): void {
  const time = place.querySelector("time");
  if (time) {
    if (at > Date.parse(time.dateTime)) setAgo(time, at);
    return;
  }
  const first = document.createElement("time");
  first.dataset.ago = "";
  first.className = "nw";
  setAgo(first, at);
  place.replaceChildren(place.dataset.words ?? "", first);
}

function showRow(row: HTMLElement, value: LiveValue): void {
  const cell = row.querySelector<HTMLElement>('[data-cell="value"]');
  const age = row.querySelector<HTMLElement>('[data-cell="age"]');
  const quality = row.querySelector<HTMLElement>('[data-cell="quality"]');
  if (!cell || !age || !quality) return;
  const shownAt = Date.parse(age.querySelector("time")?.dateTime ?? "") || 0;
  // A late message is kept in the store, but is not the latest value.
  if (value.time < shownAt) return;
  const decimals = row.dataset.decimals === undefined ? null : Number(row.dataset.decimals);
  const number = formatNumber(value.value, decimals);
  if (value.quality === "bad") {
    const struck = document.createElement("s");
    struck.className = "bad";
    struck.textContent = number;
    cell.replaceChildren(struck);
  } else {
    const text = (value.quality === "uncertain" ? "~" : "") + number;
    if (cell.textContent !== text) underline(cell);
    cell.textContent = text;
  }
  cell.classList.remove("stale");
  const time = document.createElement("time");
  time.dateTime = new Date(value.time).toISOString();
  time.dataset.ago = "";
  time.className = "nw";
  time.textContent = ago(value.time, Date.now());
  age.replaceChildren(time);
  showQuality(quality, value, row.dataset.limits);
}

function showQuality(cell: HTMLElement, value: LiveValue, limits: string | undefined): void {
  // An unlisted tag stays one until the catalogue changes.
  if (cell.textContent === "Unlisted tag") return;
  const passed = limits ? limitPassed(value.value, JSON.parse(limits) as Limits) : null;
  const word = value.quality === "good" ? (passed ?? "Good") : value.quality === "bad" ? "Bad" : "Uncertain";
  const element = document.createElement(value.quality === "good" && passed ? "b" : "span");
  if (element.tagName === "SPAN") element.className = "mut";
  element.textContent = value.note && value.quality !== "good" ? `${word}, ${value.note}` : word;
  cell.replaceChildren(element);
}

/** A changed cell is underlined for a second; no flash. */
function underline(cell: HTMLElement): void {
  cell.classList.remove("changed");
  void cell.offsetWidth;
  cell.classList.add("changed");
}

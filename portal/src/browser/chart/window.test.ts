import { describe, expect, test } from "vitest";
import { keyMove } from "./keys.ts";
import { addressOf, dragged, endsNow, panned, withWindow, zoomed } from "./window.ts";

const HOUR = 3_600_000;
const now = 1_000 * HOUR;
const window = { from: now - 10 * HOUR, to: now - 2 * HOUR };

describe("zoom and pan", () => {
  test("what is under the pointer stays where it is", () => {
    const around = now - 8 * HOUR;
    const next = zoomed(window, around, 0.5, now);
    expect(next.to - next.from).toBe(4 * HOUR);
    expect((around - next.from) / (next.to - next.from)).toBeCloseTo(0.25);
  });
  test("nothing is shown beyond now, and the length is kept", () => {
    expect(panned(window, 6 * HOUR, now)).toEqual({ from: now - 8 * HOUR, to: now });
    const out = zoomed(window, now - 6 * HOUR, 2, now);
    expect(out.to - out.from).toBe(16 * HOUR);
    expect(out.to).toBeLessThanOrEqual(now);
  });
  test("never shorter than ten seconds", () => {
    const next = zoomed(window, now - 8 * HOUR, 1e-9, now);
    expect(next.to - next.from).toBe(10_000);
    expect(dragged(5000, 4000)).toEqual({ from: 4000, to: 14_000 });
  });
  test("live is what ends now, whatever its length", () => {
    expect(endsNow({ from: now - HOUR, to: now - 2000 }, now)).toBe(true);
    expect(endsNow({ from: now - 1000 * HOUR, to: now - 5 * HOUR }, now)).toBe(true);
    expect(endsNow(window, now)).toBe(false);
  });
});

describe("the address", () => {
  test.each([
    [24 * HOUR, { range: "24h" }],
    [365 * 24 * HOUR, { range: "1y" }],
    [90 * 60_000, { range: "90m" }],
    [45_000, { range: "45s" }],
  ])("a live view of %d ms is %j", (length, parameters) => {
    expect(addressOf({ from: now - length, to: now }, true)).toEqual(parameters);
  });
  test("another view takes the place of the old one, the rest stays", () => {
    const old = "/assets/a?range=24h&tags=x%2Cy&view=table";
    expect(withWindow(old, { from: "1", to: "2" }, "http://h/")).toBe(
      "/assets/a?tags=x%2Cy&view=table&from=1&to=2",
    );
  });
});

test.each([
  ["ArrowLeft", false, { buckets: -1 }],
  ["ArrowRight", true, { buckets: 10 }],
  ["+", true, "in"],
  ["0", false, "reset"],
  ["Enter", false, "pin"],
  ["ArrowDown", false, { pane: 1 }],
  ["a", false, null],
])("key %s (shift %s) means %j", (key, shiftKey, move) => {
  expect(keyMove({ key, shiftKey, ctrlKey: false, metaKey: false, altKey: false })).toEqual(move);
});

test("a browser's own shortcut stays the browser's", () => {
  expect(keyMove({ key: "0", shiftKey: false, ctrlKey: true, metaKey: false, altKey: false })).toBeNull();
});

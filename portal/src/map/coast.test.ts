import { expect, test } from "vitest";
import { coastOf, UNITS_PER_PX } from "./coast.ts";
import type { Frame } from "./frame.ts";
import { geographyFor } from "./geography.ts";

const EUROPE: Frame = { centre: { latitude: 50, longitude: 8 }, zoom: 4, width: 800, height: 560 };

/** Absolute points of "M x y l dx dy …", in pixels. */
function points(path: string): [number, number][] {
  return path.split("M").flatMap((part) => {
    const [x = 0, y = 0, ...steps] = (part.match(/-?\d+/g) ?? []).map((n) => Number(n) / UNITS_PER_PX);
    if (!part) return [];
    const result: [number, number][] = [[x, y]];
    for (let i = 0; i + 1 < steps.length; i += 2) {
      const [px, py] = result.at(-1)!;
      result.push([px + steps[i]!, py + steps[i + 1]!]);
    }
    return result;
  });
}

test("land is cut at the frame, so that a page does not carry the world", () => {
  const { land, borders } = coastOf(geographyFor(EUROPE.zoom), EUROPE);
  for (const [x, y] of points(land)) {
    expect(x).toBeGreaterThan(-0.5);
    expect(x).toBeLessThan(800.5);
    expect(y).toBeGreaterThan(-0.5);
    expect(y).toBeLessThan(560.5);
  }
  expect(points(land).length).toBeGreaterThan(300);
  expect(land.length + borders.length).toBeLessThan(40_000);
});

test("land reaches beyond the frame where the map can be dragged", () => {
  const { land } = coastOf(geographyFor(EUROPE.zoom), EUROPE, 0.4);
  expect(points(land).some(([x]) => x < -300)).toBe(true);
});

test("nothing but sea draws nothing", () => {
  const sea = { ...EUROPE, centre: { latitude: -50, longitude: -130 }, zoom: 6 };
  expect(coastOf(geographyFor(6), sea)).toEqual({ land: "", borders: "" });
});

test("inside a country there is land all over the frame", () => {
  const inland = { ...EUROPE, centre: { latitude: 47, longitude: 3 }, zoom: 9 };
  const { land } = coastOf(geographyFor(9), inland);
  expect(new Set(points(land).map(([x, y]) => `${Math.round(x)},${Math.round(y)}`))).toEqual(
    new Set(["0,0", "800,0", "800,560", "0,560"]),
  );
});

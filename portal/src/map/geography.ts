import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { MultiLineString, MultiPolygon, Position } from "geojson";
import { feature, mesh } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import { type Point, project } from "./mercator.ts";

/**
 * Coast lines and country borders of Natural Earth (public domain), as the npm package world-atlas bundles them, on the
 * unit square of Mercator. Nothing is asked from outside, and a map stays a map in a plant without internet.
 */
export type Line = {
  /** x, y, x, y, … */
  xy: Float64Array;
  left: number;
  right: number;
  top: number;
  bottom: number;
};
export type Geography = { land: Line[]; borders: Line[] };

/** Below this zoom the coarse one (1 : 110 million) has all that can be seen. */
const FINE_FROM_ZOOM = 3;
const kept = new Map<string, Geography>();

export function geographyFor(zoom: number): Geography {
  const scale = zoom < FINE_FROM_ZOOM ? "110m" : "50m";
  let geography = kept.get(scale);
  if (!geography) {
    geography = load(scale);
    kept.set(scale, geography);
  }
  return geography;
}

type World = Topology<{ land: GeometryCollection; countries: GeometryCollection }>;

function load(scale: string): Geography {
  const file = createRequire(import.meta.url).resolve(`world-atlas/countries-${scale}.json`);
  const world = JSON.parse(readFileSync(file, "utf8")) as World;
  const land = feature(world, world.objects.land).features.map((f) => f.geometry as MultiPolygon);
  const borders: MultiLineString = mesh(world, world.objects.countries, (a, b) => a !== b);
  return {
    land: land.flatMap((geometry) => geometry.coordinates.flat().flatMap(linesOf)),
    borders: borders.coordinates.flatMap(linesOf),
  };
}

/** A line that crosses the date line goes on beyond the square, and comes again at its other side. */
function linesOf(positions: Position[]): Line[] {
  const points = positions.map(([longitude = 0, latitude = 0]) => project({ latitude, longitude }));
  let turns = 0;
  const unwound = points.map(({ x, y }, i) => {
    const step = i === 0 ? 0 : x - points[i - 1]!.x;
    if (Math.abs(step) > 0.5) turns -= Math.sign(step);
    return { x: x + turns, y };
  });
  // Around the pole a ring does not come back to where it began: it stays as it is, cut at the date line.
  const line = lineOf(turns === 0 ? unwound : points);
  const copies = [line];
  if (line.right > 1) copies.push(shifted(line, -1));
  if (line.left < 0) copies.push(shifted(line, 1));
  return copies;
}

const shifted = (line: Line, by: number): Line => ({
  ...line,
  xy: line.xy.map((value, i) => (i % 2 === 0 ? value + by : value)),
  left: line.left + by,
  right: line.right + by,
});

function lineOf(points: readonly Point[]): Line {
  const xy = new Float64Array(points.length * 2);
  const line = { xy, left: 2, right: -1, top: 1, bottom: 0 };
  points.forEach(({ x, y }, i) => {
    xy[2 * i] = x;
    xy[2 * i + 1] = y;
    line.left = Math.min(line.left, x);
    line.right = Math.max(line.right, x);
    line.top = Math.min(line.top, y);
    line.bottom = Math.max(line.bottom, y);
  });
  return line;
}

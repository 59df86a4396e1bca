import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { MultiLineString, MultiPolygon, Position } from "geojson";
import { feature, mesh } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import { project } from "./mercator.ts";

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
    land: land.flatMap((geometry) => geometry.coordinates.flat().map(lineOf)),
    borders: borders.coordinates.map(lineOf),
  };
}

function lineOf(positions: Position[]): Line {
  const xy = new Float64Array(positions.length * 2);
  const line = { xy, left: 1, right: 0, top: 1, bottom: 0 };
  positions.forEach(([longitude = 0, latitude = 0], i) => {
    const { x, y } = project({ latitude, longitude });
    xy[2 * i] = x;
    xy[2 * i + 1] = y;
    line.left = Math.min(line.left, x);
    line.right = Math.max(line.right, x);
    line.top = Math.min(line.top, y);
    line.bottom = Math.max(line.bottom, y);
  });
  return line;
}

/** Web Mercator on the unit square: x from 180° W to 180° E, y from 85.05° N down to 85.05° S, both 0..1. */
export type Point = { x: number; y: number };
export type Place = { latitude: number; longitude: number };

/** Where the square ends; what lies beyond is drawn on its edge. */
const MAX_LATITUDE = 85.0511;
const RADIANS = Math.PI / 180;

export function project({ latitude, longitude }: Place): Point {
  const phi = Math.max(-MAX_LATITUDE, Math.min(MAX_LATITUDE, latitude)) * RADIANS;
  return {
    x: longitude / 360 + 0.5,
    y: 0.5 - Math.log(Math.tan(Math.PI / 4 + phi / 2)) / (2 * Math.PI),
  };
}

export function unproject({ x, y }: Point): Place {
  return {
    latitude: (2 * Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) - Math.PI / 2) / RADIANS,
    longitude: (x - 0.5) * 360,
  };
}

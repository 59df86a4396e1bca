import { type Place, type Point, project, unproject } from "./mercator.ts";

/** What of the world is drawn: centre, zoom (the world is 256·2^zoom wide) and size, in CSS pixels as drawn at full width. */
export type Frame = { centre: Place; zoom: number; width: number; height: number };

export const MIN_ZOOM = 0.5;
/** The bundled coast lines are made for about 1 : 50 million; closer than this they would pretend to know streets. */
export const MAX_ZOOM = 11;
const TILE = 256;
/** Closer than this a fit does not go: one site alone is shown within its country. */
const FIT_ZOOM = 7;
const EDGE = 56;

const within = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));
const round = (value: number, digits: number) => Number(value.toFixed(digits));

/** Pixels of the whole world. */
export const worldOf = (frame: Pick<Frame, "zoom">): number => TILE * 2 ** frame.zoom;

/** Pixel of a place from the frame's left and top. */
export function pixelOf(frame: Frame, place: Place): Point {
  const world = worldOf(frame);
  const at = project(place);
  const centre = project(frame.centre);
  return { x: (at.x - centre.x) * world + frame.width / 2, y: (at.y - centre.y) * world + frame.height / 2 };
}

/** `?at=51.2,10.3&z=5` of an address; null when it says nothing usable. */
export function frameFrom(
  query: { at?: string | undefined; z?: string | undefined },
  size: Pick<Frame, "width" | "height">,
): Frame | null {
  const [latitude, longitude] = (query.at ?? "").split(",").map(Number);
  const zoom = Number(query.z);
  if (![latitude, longitude, zoom].every(Number.isFinite) || !query.at || !query.z) return null;
  return {
    ...size,
    centre: { latitude: within(latitude!, -85, 85), longitude: within(longitude!, -180, 180) },
    zoom: within(zoom, MIN_ZOOM, MAX_ZOOM),
  };
}

/** The same as words of an address, short enough to be read. */
export const queryOf = ({ centre, zoom }: Pick<Frame, "centre" | "zoom">) => ({
  at: `${round(centre.latitude, 3)},${round(centre.longitude, 3)}`,
  z: String(round(zoom, 2)),
});

/** The closest frame that shows all places with some room around; of no place, the world. */
export function frameAround(places: readonly Place[], size: Pick<Frame, "width" | "height">): Frame {
  if (!places.length) return { ...size, centre: { latitude: 30, longitude: 10 }, zoom: MIN_ZOOM + 0.75 };
  const points = places.map(project);
  const xs = points.map((p) => p.x);
  const ys = points.map((p) => p.y);
  // Not Math.min(...xs): thousands of places would not fit into the arguments of one call.
  const [left, right] = [xs.reduce((a, b) => Math.min(a, b)), xs.reduce((a, b) => Math.max(a, b))];
  const [top, bottom] = [ys.reduce((a, b) => Math.min(a, b)), ys.reduce((a, b) => Math.max(a, b))];
  const fits = (room: number, extent: number) => Math.log2((room - 2 * EDGE) / TILE / Math.max(extent, 1e-9));
  const zoom = Math.min(fits(size.width, right - left), fits(size.height, bottom - top), FIT_ZOOM);
  return {
    ...size,
    centre: unproject({ x: (left + right) / 2, y: (top + bottom) / 2 }),
    zoom: within(Math.floor(zoom * 4) / 4, MIN_ZOOM, MAX_ZOOM),
  };
}

export const zoomed = (frame: Frame, by: number, centre: Place = frame.centre): Frame => ({
  ...frame,
  centre,
  zoom: within(frame.zoom + by, MIN_ZOOM, MAX_ZOOM),
});

/** A round distance of at most `most` pixels at the frame's centre, for the scale. */
export function scaleOf(frame: Frame, most = 110): { km: number; width: number } {
  const kmPerPixel = (40_075 * Math.cos((frame.centre.latitude * Math.PI) / 180)) / (worldOf(frame) || 1);
  const limit = most * kmPerPixel;
  const power = 10 ** Math.floor(Math.log10(limit));
  const km = [5, 2, 1].map((step) => step * power).find((step) => step <= limit) ?? power;
  return { km: round(km, 3), width: km / kmPerPixel };
}

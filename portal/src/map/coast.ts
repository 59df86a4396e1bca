import { type Frame, worldOf } from "./frame.ts";
import type { Geography, Line } from "./geography.ts";
import { project } from "./mercator.ts";

/** Points nearer to the one before than this are left out: nobody sees them, and each costs bytes. Pixels. */
const SEEN = 1.5;
/** Path data are whole numbers of this share of a pixel. */
export const UNITS_PER_PX = 2;

/**
 * Land and borders as SVG path data in half pixels of the frame. Drawn `beyond` widths and heights around the frame, so that
 * there is land where one drags to.
 */
export function coastOf(geography: Geography, frame: Frame, beyond = 0): { land: string; borders: string } {
  const world = worldOf(frame);
  const centre = project(frame.centre);
  const box: Box = {
    left: -beyond * frame.width,
    right: (1 + beyond) * frame.width,
    top: -beyond * frame.height,
    bottom: (1 + beyond) * frame.height,
  };
  const toX = (x: number) => (x - centre.x) * world + frame.width / 2;
  const toY = (y: number) => (y - centre.y) * world + frame.height / 2;
  const seen = (line: Line) =>
    toX(line.right) >= box.left &&
    toX(line.left) <= box.right &&
    toY(line.bottom) >= box.top &&
    toY(line.top) <= box.bottom;
  const pixels = (line: Line): number[] => {
    const result: number[] = [];
    for (let i = 0; i < line.xy.length; i += 2) result.push(toX(line.xy[i]!), toY(line.xy[i + 1]!));
    return result;
  };
  return {
    land: geography.land
      .filter(seen)
      .map((line) => pathOf(clipped(thin(pixels(line)), box), true))
      .join(""),
    borders: geography.borders
      .filter(seen)
      .flatMap((line) => parts(thin(pixels(line)), box).map((part) => pathOf(part, false)))
      .join(""),
  };
}

type Box = { left: number; right: number; top: number; bottom: number };

function thin(xy: number[]): number[] {
  const result = xy.slice(0, 2);
  for (let i = 2; i < xy.length; i += 2) {
    const far = Math.hypot(xy[i]! - result.at(-2)!, xy[i + 1]! - result.at(-1)!) >= SEEN;
    if (far || i === xy.length - 2) result.push(xy[i]!, xy[i + 1]!);
  }
  return result;
}

/** Sutherland-Hodgman: a ring cut by the box's four edges in turn. */
function clipped(ring: number[], box: Box): number[] {
  let xy = ring;
  for (const [axis, limit, keepsBelow] of [
    [0, box.left, false],
    [0, box.right, true],
    [1, box.top, false],
    [1, box.bottom, true],
  ] as const) {
    const inside = (i: number) => (keepsBelow ? xy[i + axis]! <= limit : xy[i + axis]! >= limit);
    const result: number[] = [];
    for (let i = 0; i < xy.length; i += 2) {
      const before = i === 0 ? xy.length - 2 : i - 2;
      if (inside(i) !== inside(before)) {
        const share = (limit - xy[before + axis]!) / (xy[i + axis]! - xy[before + axis]!);
        const other = xy[before + 1 - axis]! + share * (xy[i + 1 - axis]! - xy[before + 1 - axis]!);
        result.push(...(axis === 0 ? [limit, other] : [other, limit]));
      }
      if (inside(i)) result.push(xy[i]!, xy[i + 1]!);
    }
    xy = result;
  }
  return xy;
}

/** A line's parts in the box, each with one point beyond, so that it leaves the picture. */
function parts(xy: number[], box: Box): number[][] {
  const outside = (i: number) =>
    xy[i]! < box.left || xy[i]! > box.right || xy[i + 1]! < box.top || xy[i + 1]! > box.bottom;
  const result: number[][] = [];
  let part: number[] = [];
  for (let i = 2; i < xy.length; i += 2) {
    if (outside(i) && outside(i - 2)) {
      if (part.length) result.push(part);
      part = [];
      continue;
    }
    if (!part.length) part.push(xy[i - 2]!, xy[i - 1]!);
    part.push(xy[i]!, xy[i + 1]!);
  }
  if (part.length) result.push(part);
  return result;
}

/** Relative steps of whole units: a third of the bytes, and no drift (each is the step to a rounded place). */
function pathOf(xy: number[], closed: boolean): string {
  if (xy.length < (closed ? 6 : 4)) return "";
  const unit = (value: number) => Math.round(value * UNITS_PER_PX);
  let [x, y] = [unit(xy[0]!), unit(xy[1]!)];
  let path = `M${x} ${y}l`;
  let first = true;
  for (let i = 2; i < xy.length; i += 2) {
    const [dx, dy] = [unit(xy[i]!) - x, unit(xy[i + 1]!) - y];
    if (dx === 0 && dy === 0) continue;
    // A minus sign separates by itself.
    path += `${first || dx < 0 ? "" : " "}${dx}${dy < 0 ? "" : " "}${dy}`;
    [x, y] = [x + dx, y + dy];
    first = false;
  }
  if (first) return "";
  return closed ? `${path}z` : path;
}

import type { Place } from "./mercator.ts";

const HALF = /^(-?\d{1,3}(?:[.,]\d{1,10})?)\s*°?\s*([NSEWnsew])?$/;

/**
 * "51.0504, 13.7373" in decimal degrees, latitude first, as maps copy it; also with N, S, E, W and with decimal commas
 * ("51,0504; 13,7373"). null for anything else, also for what lies beyond the poles or the date line.
 */
export function placeFromText(text: string): Place | null {
  const separator = text.includes(";")
    ? ";"
    : /\d,\s|\D,/.test(text) || !/\s\S/.test(text.trim())
      ? ","
      : " ";
  const halves = text
    .trim()
    .split(separator === " " ? /\s+(?=-?\d)/ : separator)
    .map((half) => HALF.exec(half.trim()));
  const [first, second] = halves;
  if (halves.length !== 2 || !first || !second) return null;
  const [ns, ew] = [first[2]?.toUpperCase(), second[2]?.toUpperCase()];
  if ((ns && !"NS".includes(ns)) || (ew && !"EW".includes(ew))) return null;
  const degrees = (half: RegExpExecArray, negative: boolean) =>
    Number(half[1]!.replace(",", ".")) * (negative ? -1 : 1);
  const latitude = degrees(first, ns === "S");
  const longitude = degrees(second, ew === "W");
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : null;
}

export const placeText = ({ latitude, longitude }: Place): string => `${latitude}, ${longitude}`;

import { expect, test } from "vitest";
import { placeFromText } from "./place-text.ts";

test.each([
  ["51.05, 13.74", 51.05, 13.74],
  ["51.05,13.74", 51.05, 13.74],
  ["51.05 13.74", 51.05, 13.74],
  ["-33.86, 151.2", -33.86, 151.2],
  ["33.86 S, 70.65 W", -33.86, -70.65],
  ["51.05° N 13.74° E", 51.05, 13.74],
  ["51,05; 13,74", 51.05, 13.74],
  ["0, 0", 0, 0],
])("%s is a place", (text, latitude, longitude) => {
  expect(placeFromText(text)).toEqual({ latitude, longitude });
});

test.each(["", "51", "91, 0", "0, 181", "Dresden", "51.05, 13.74, 3", "13 E, 51 N", "1e3, 4"])(
  "%s is none",
  (text) => {
    expect(placeFromText(text)).toBeNull();
  },
);

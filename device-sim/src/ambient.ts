import type { Calendar } from "./calendar.ts";
import { createRandom } from "./rng.ts";

export type Climate = {
  /** Mean over the year, Cel. */
  mean: number;
  /** Half the difference of summer and winter, K. */
  season: number;
  /** Half the difference of afternoon and night, K. */
  daily: number;
  /** Standard deviation of the weather around it, K. */
  weather?: number;
};

/** A few days of other weather. */
export type HeatWave = { fromMs: number; untilMs: number; byK: number };

const HOUR = 3_600_000;
const WEATHER_SD_K = 1.5;
/** Weather forgets itself with a time constant of 12 h. */
const WEATHER_MEMORY = Math.exp(-1 / 12);

/** Temperature at a place: season, hour of day (warmest at 15 h) and weather, first-order autoregressive from hour to hour. */
export function createAmbient(
  climate: Climate,
  calendar: Calendar,
  seed: string,
  fromMs: number,
): (atMs: number) => number {
  const random = createRandom(`${seed}:weather`);
  const sd = climate.weather ?? WEATHER_SD_K;
  const knots = [sd * random.gauss()];
  const weather = (atMs: number): number => {
    const position = Math.max(0, (atMs - fromMs) / HOUR);
    const index = Math.floor(position);
    while (knots.length < index + 2) {
      knots.push(WEATHER_MEMORY * knots.at(-1)! + Math.sqrt(1 - WEATHER_MEMORY ** 2) * sd * random.gauss());
    }
    return knots[index]! + (position - index) * (knots[index + 1]! - knots[index]!);
  };
  return (atMs) => {
    const { hour, dayOfYear } = calendar(atMs);
    return (
      climate.mean +
      climate.season * Math.cos((2 * Math.PI * (dayOfYear - 200)) / 365) +
      climate.daily * Math.cos((2 * Math.PI * (hour - 15)) / 24) +
      weather(atMs)
    );
  };
}

import type { Calendar, LocalTime } from "./calendar.ts";
import { chance, createRandom } from "./rng.ts";

/** What is asked of a machine: CP75 m3/h, SC160 m3/min of its network, GT5 kW. */
export type Load =
  | { profile: "constant"; value: number }
  | { profile: "water" }
  | { profile: "process-water" }
  | { profile: "food-air" }
  /** allYear: a heat customer that never stops, so no summer operation. */
  | { profile: "heat-led"; allYear?: boolean }
  /** Takes over while the machine beside it stands, every day between two local hours. */
  | { profile: "backup"; value: number; fromHour: number; untilHour: number };

export type Demand = {
  run: boolean;
  load: number;
};

// Factors of the hours 00..23 local time; morning and evening water peaks.
const WATER = hours(
  ".55 .48 .45 .45 .52 .78 1.25 1.48 1.38 1.22 1.12 1.08 1.08 1.02 .96 .95 1.02 1.18 1.32 1.36 1.24 1.05 .84 .66",
);
const FOOD = hours(
  ".55 .50 .45 .45 .55 .85 1.30 1.35 1.35 1.30 1.25 1.20 1.10 1.25 1.30 1.30 1.25 1.20 1.15 1.10 1.05 .95 .70 .55",
);
const HEAT = hours(".82 .80 .80 .80 .84 .92 1 1 1 .98 .95 .92 .90 .88 .88 .90 .94 .98 1 1 .98 .94 .88 .84");

/** Backup compressors are started so long before, and idle so long after, the other one's stop. */
const HAND_OVER_HOURS = 2 / 60;
const IDLE_AFTER_HOURS = 12 / 60;
/** Lines change over at the shifts: 20 minutes with less air. */
const LINE_CHANGE_HOURS = [6, 14, 22];
const LINE_CHANGE_LASTS_H = 20 / 60;
const LINE_CHANGE_FACTOR = 0.6;

export const PROFILE_FACTORS = { water: WATER, food: FOOD, heat: HEAT };

function hours(text: string): readonly number[] {
  return text.split(" ").map(Number);
}

function factorAt(factors: readonly number[], hour: number): number {
  const index = Math.floor(hour);
  const here = factors[index % 24]!;
  return here + (hour - index) * (factors[(index + 1) % 24]! - here);
}

/** Days differ by a few per cent, and a day resembles the one before. */
function dayVariation(seed: string, firstDay: number): (day: number) => number {
  const random = createRandom(`${seed}:days`);
  const known = [0];
  return (day) => {
    const index = Math.max(0, day - firstDay);
    while (known.length <= index)
      known.push(0.6 * known.at(-1)! + Math.sqrt(1 - 0.36) * 0.02 * random.gauss());
    return 1 + Math.max(-0.04, Math.min(0.04, known[index]!));
  };
}

const DAY = 86_400_000;

/** Load and operator's will over time. `fromMs`: first moment that will be asked. The answer object is reused. */
export function createDemand(
  load: Load,
  calendar: Calendar,
  seed: string,
  fromMs: number,
): (atMs: number) => Demand {
  const variation = dayVariation(seed, Math.floor(fromMs / DAY) - 1);
  const demand: Demand = { run: true, load: 0 };
  return (atMs) => {
    const local = calendar(atMs);
    demand.run = true;
    demand.load = loadAt(load, local, variation, demand);
    return demand;
  };
}

function loadAt(load: Load, local: LocalTime, variation: (day: number) => number, demand: Demand): number {
  const { hour, weekday, day } = local;
  switch (load.profile) {
    case "constant":
      return load.value;
    case "water": {
      const week = weekday === 6 ? 1.04 : weekday === 0 ? 0.97 : 1;
      const season = 1 + 0.12 * Math.cos((2 * Math.PI * (local.dayOfYear - 200)) / 365);
      return clip(280 * factorAt(WATER, hour) * week * season * variation(day), 120, 440);
    }
    case "process-water":
      // The line stands from Sunday evening to Monday morning.
      demand.run = !((weekday === 0 && hour >= 22.5) || (weekday === 1 && hour < 5));
      return clip(260 * factorAt(FOOD, hour) * variation(day), 125, 440);
    case "food-air": {
      const week = weekday === 6 ? 0.6 : weekday === 0 ? 0.35 : 1;
      const change = LINE_CHANGE_HOURS.some((start) => hour >= start && hour < start + LINE_CHANGE_LASTS_H);
      return 15 * factorAt(FOOD, hour) * week * variation(day) * (change ? LINE_CHANGE_FACTOR : 1);
    }
    case "heat-led": {
      const heating = load.allYear || local.month >= 10 || local.month <= 4;
      if (heating) return Math.max(2600, 4900 * factorAt(HEAT, hour) * variation(day));
      demand.run = weekday >= 1 && weekday <= 5 && hour >= 6 && hour < 22;
      return 4500;
    }
    case "backup":
      demand.run =
        hour >= load.fromHour - HAND_OVER_HOURS && hour < load.untilHour + HAND_OVER_HOURS + IDLE_AFTER_HOURS;
      return hour >= load.fromHour && hour < load.untilHour ? load.value : 0;
  }
}

const clip = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** Share of days on which an operator stops a machine for half an hour to an hour and a half. */
const OPERATOR_STOP_SHARE = 0.001;

/** Whether an operator has stopped the machine at the moment; drawn once a day. */
export function createOperator(seed: string): (local: LocalTime) => boolean {
  let day = Number.NaN;
  let fromHour = 0;
  let untilHour = 0;
  return (local) => {
    if (local.day !== day) {
      day = local.day;
      const stops = chance(`${seed}:stop:${day}`) < OPERATOR_STOP_SHARE;
      fromHour = stops ? 8 + 9 * chance(`${seed}:stop-start:${day}`) : Number.POSITIVE_INFINITY;
      untilHour = fromHour + (30 + 60 * chance(`${seed}:stop-length:${day}`)) / 60;
    }
    return local.hour >= fromHour && local.hour < untilHour;
  };
}

import { type Climate, createAmbient } from "./ambient.ts";
import { createCalendar } from "./calendar.ts";
import { modelAt } from "./catalog/models.ts";
import type { TagRow } from "./catalog/tag-table.ts";
import { severityAt } from "./fault.ts";
import { createDemand, createOperator } from "./load.ts";
import { createPump } from "./machines/cp75.ts";
import { createTurbine } from "./machines/gt5.ts";
import { healthy, type Machine } from "./machines/machine.ts";
import { createScrew } from "./machines/sc160.ts";
import { createRandom } from "./rng.ts";
import type { AssetPlan, Scenario, Site } from "./scenario.ts";
import { createSignal } from "./signal.ts";

/** One machine of the plant with its sensors, moved through time. */
export type MachineSim = {
  plan: AssetPlan;
  rows: readonly TagRow[];
  /** What the sensors report after the last `advance`, in the order of `rows`. */
  values: Float64Array;
  /** Moves to `atMs` (epoch ms, ascending). The first call starts the machine as it would stand then. */
  advance(atMs: number): void;
};

export type FleetOptions = {
  t0: number;
  /** false = ideal sensors, for checks. Default true. */
  noise?: boolean;
};

const CREATE = { CP75: createPump, SC160: createScrew, GT5: createTurbine };
/** A gap this long is not integrated: the machine is taken to have settled meanwhile. */
const LONGEST_STEP_MS = 600_000;

/** Plant file and T0 → machines; same seed, same fleet, same values. */
export function createFleet(scenario: Scenario, options: FleetOptions): MachineSim[] {
  const sites = new Map(scenario.sites.map((site) => [site.key, site]));
  return scenario.assets.map((plan) => {
    const site = sites.get(plan.site);
    if (!site) throw new RangeError(`${plan.serial} stands on an unknown site ${plan.site}`);
    return createMachineSim(scenario, plan, site, options);
  });
}

/** Machines stand in rooms that are milder than the weather; turbines breathe it. */
function climateAt(plan: AssetPlan, site: Site): { climate: Climate; floor: number } {
  const c = site.climate;
  if (plan.climate) return { climate: plan.climate, floor: -40 };
  if (plan.model === "GT5") return { climate: c, floor: -30 };
  const room = { mean: 0.5 * c.mean + 9, season: 0.5 * c.season, daily: 0.6 * c.daily, weather: 0.8 };
  return { climate: room, floor: 5 };
}

function createMachineSim(
  scenario: Scenario,
  plan: AssetPlan,
  site: Site,
  options: FleetOptions,
): MachineSim {
  const { t0 } = options;
  const startMs = t0 - scenario.historyMs - 86_400_000;
  const seed = `${scenario.seed}:${plan.serial}`;
  const calendar = createCalendar(site.timeZone);
  const { climate, floor } = climateAt(plan, site);
  const weather = createAmbient(climate, calendar, `${scenario.seed}:${site.key}`, startMs);
  const demandAt = createDemand(plan.load, calendar, seed, startMs);
  const { rows } = modelAt(plan.model, scenario.tempo);
  const faults = plan.faults ?? [];
  const random = options.noise === false ? null : createRandom(`${seed}:${t0}`);
  const sense = createSignal(rows, plan.signalFaults ?? [], random, seed);
  const operatorStops = createOperator(seed);
  const severity = healthy();
  const values = new Float64Array(rows.length);
  let machine: Machine | undefined;
  let lastMs = 0;

  const ambientAt = (atMs: number): number => {
    const wave = plan.heatWave;
    const extra = wave && atMs - t0 >= wave.fromMs && atMs - t0 < wave.untilMs ? wave.byK : 0;
    return Math.max(floor, weather(atMs) + extra);
  };
  const mayRun = (atMs: number): boolean => {
    const since = atMs - t0;
    if (plan.stops?.some((stop) => since >= stop.fromMs && since < stop.untilMs)) return false;
    const local = calendar(atMs);
    const daily = plan.dailyStop;
    if (daily && local.hour >= daily.fromHour && local.hour < daily.untilHour) return false;
    // Day 4 was the first Monday of 1970; the change-over is at six.
    if (plan.alternateWeeks && Math.floor((local.day - 4 - (local.hour < 6 ? 1 : 0)) / 7) % 2 !== 0)
      return false;
    return !operatorStops(local);
  };

  return {
    plan,
    rows,
    values,
    advance(atMs) {
      const ambient = ambientAt(atMs);
      if (faults.length > 0) severityAt(faults, atMs - t0, severity);
      const demand = demandAt(atMs);
      const run = demand.run && mayRun(atMs);
      const stepMs = machine === undefined ? 1000 : Math.min(LONGEST_STEP_MS, atMs - lastMs);
      machine ??= CREATE[plan.model](ambient);
      machine.advance(stepMs / 1000, run, demand.load, ambient, severity, values);
      sense(values, atMs - t0, stepMs);
      lastMs = atMs;
    },
  };
}

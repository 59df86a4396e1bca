import { type RunState, rest, runSequence } from "./gt5-sequence.ts";
import { advanceTrip, lagShare, type Machine, noTrip, type Severity, trip } from "./machine.ts";

/** Single-shaft industrial gas turbine generator set, 5.2 MW, natural gas, with heat recovery. */

const RATED_SPEED = 14_950;
const GAS_LHV = 9.97;
const LOSS_KW = 508;
const CP = 1.1;

export const GT5_TAGS = [
  "speed",
  "power",
  "fuel_flow",
  "egt",
  "egt_spread",
  "cdp",
  "cdt",
  "t_inlet",
  "dp_inlet",
  "vib_brg1",
  "vib_brg2",
  "t_brg1",
  "lube_press",
  "t_lube",
  "flame",
  "trip_code",
] as const;

/** Thermodynamics at inlet temperature `t` Cel and site pressure `p` bar abs, asked for `set` kW. Powers kW. */
export function turbinePoint(set: number, t: number, f: Severity, p = 1.01325) {
  const t1 = t + 273.15;
  const dp = 6 * (1 + f.filter);
  const capacity = 5200 * (1 - 0.0075 * (t - 15)) * (p / 1.01325) * (1 - 0.0018 * (dp - 6));
  const heatRate = 11_900 * (1 + 0.0025 * (t - 15)) * (1 + 0.0007 * (dp - 6));
  const fullFuel = ((capacity * heatRate) / 3600) * (1 + 0.6 * f.fouling + 0.8 * f.hotSection);
  const mass = 21.3 * (288.15 / t1) * (p / 1.01325) * (1 - f.fouling);
  // The controller holds the exhaust at its limit: fouling costs power, not hot parts.
  const exhaustLimit = 505 + 0.35 * (t - 15);
  const most = ((exhaustLimit - t) * CP * mass + LOSS_KW - 0.25 * fullFuel) / (0.75 * fullFuel - capacity);
  const maxPower = capacity * Math.min(1, most);
  const power = Math.min(set, maxPower);
  const load = power / capacity;
  const fuel = fullFuel * (0.25 + 0.75 * load);
  const egt = t + (fuel - power - LOSS_KW) / (CP * mass);
  const ratio = 12 * (0.8 + 0.2 * load) * (1 - 0.002 * (t - 15)) * (1 - f.fouling);
  return {
    power,
    maxPower,
    fuel,
    egt,
    dp,
    fuelFlow: fuel / GAS_LHV,
    heatRate: (3600 * fuel) / power,
    cdp: ratio * (p - dp / 1000) - p,
    cdt: t1 * (1 + (ratio ** 0.2857 - 1) / (0.83 * (1 - 0.8 * f.fouling))) - 273.15,
    heat: mass * CP * (egt - 150),
    spread: 15 + 50 * f.nozzle,
  };
}

export const turbineVibration = (bearing: number, imbalance = 1): number =>
  Math.sqrt((25 * imbalance) ** 2 + (80 * bearing) ** 2);
export const turbineBearingTarget = (t: number, f: Severity): number =>
  85 + 0.2 * (t - 15) + 45 * f.bearing ** 0.8 + 12 * f.lube;
export const lubePressure = (f: Severity): number => 2.6 - 1.3 * f.lube;

/** Vibration of the bent rotor after a hot restart, um on top, for ten minutes. */
const BOW_UM = 17;

export function createTurbine(ambientC: number): Machine {
  const latch = noTrip();
  let state: RunState = rest();
  let settled = false;
  let bearing = ambientC;
  let exhaust = ambientC;
  let discharge = ambientC;
  let lube = ambientC;

  return {
    tags: GT5_TAGS,
    advance(dtS, run, load, ambient, f, out) {
      advanceTrip(latch, dtS, f);
      const wanted = run && latch.code === 0;
      if (!settled && wanted) state = { ...rest(), phase: "run", phaseS: 86_400, power: load, speed: 1 };
      else state = runSequence(state, dtS, wanted, latch.code !== 0, load);
      const point = turbinePoint(Math.max(state.power, 1), ambient, f);
      const firing = state.flame;
      const lagS = settled ? dtS : Number.POSITIVE_INFINITY;
      const onLoad = state.power > 0;
      if (onLoad) state.power = Math.min(state.power, point.power);
      const bearingTarget =
        state.speed > 0.1 ? turbineBearingTarget(ambient, f) - 30 * (1 - state.speed) : ambient;
      bearing += (bearingTarget - bearing) * lagShare(lagS, state.speed > 0.1 ? 180 : 5400);
      const exhaustTarget = state.egt ?? (firing ? point.egt : ambient);
      exhaust += (exhaustTarget - exhaust) * (firing ? 1 : lagShare(lagS, 1800));
      discharge +=
        ((state.speed > 0.9 ? point.cdt : ambient) - discharge) * (onLoad ? 1 : lagShare(lagS, 600));
      lube +=
        ((state.speed > 0.1 ? 55 + 0.15 * (ambient - 15) : Math.max(ambient, 38)) - lube) *
        lagShare(lagS, 1800);
      settled = true;
      const vibration =
        state.speed < 0.02
          ? 1
          : (state.vibration ?? turbineVibration(f.bearing) * Math.max(0.2, state.speed ** 2)) +
            (state.bowed ? BOW_UM : 0);
      out[0] = RATED_SPEED * state.speed;
      out[1] = state.power;
      out[2] = firing ? (onLoad ? point.fuelFlow : 400) : 0;
      out[3] = exhaust;
      out[4] = firing ? point.spread : 3;
      out[5] = onLoad ? point.cdp : 9.4 * state.speed ** 2.4;
      out[6] = discharge;
      out[7] = ambient;
      out[8] = point.dp * state.speed ** 2;
      out[9] = vibration;
      out[10] = state.speed < 0.02 ? 1 : Math.hypot(vibration * 0.35, 22 * Math.max(0.2, state.speed ** 2));
      out[11] = bearing;
      out[12] = state.oilPump ? lubePressure(f) : 0;
      out[13] = lube;
      out[14] = firing ? 1 : 0;
      if (latch.code === 0 && onLoad) {
        const code = protection(point.spread, lubePressure(f), bearing, vibration);
        if (code !== 0) trip(latch, code, f);
      }
      out[15] = latch.code;
    },
  };
}

function protection(spread: number, lubeBar: number, bearing: number, vibration: number): number {
  if (vibration > 100) return 2;
  if (spread >= 65) return 3;
  if (lubeBar <= 1.4) return 4;
  if (bearing >= 120) return 5;
  return 0;
}

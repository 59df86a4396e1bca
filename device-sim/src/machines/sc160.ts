import { advanceTrip, lagShare, type Machine, noTrip, type Severity, trip } from "./machine.ts";

/** Oil-injected screw compressor, 160 kW, variable speed, air-cooled. */

const RATED_SPEED = 2980;
const PA = 1.013;
/** Lowest air delivery at which it runs loaded without cycling, m3/min. */
const MIN_LOADED = 7.3;
const MAX_FAD = 25.2;
const NET_VOLUME_M3 = 8;
const SET_BAR = 7;
const UNLOADED_SPEED_RATIO = 1040 / RATED_SPEED;
/** Shaft power that takes the 42 kW of the unloaded package. */
const UNLOADED_SHAFT_KW = 33.5;
const UNLOADED_STOP_S = 600;

export const SC160_TAGS = [
  "speed",
  "fad",
  "p_net",
  "dp_sep",
  "t_discharge",
  "t_oil_inj",
  "t_outlet",
  "t_ambient",
  "dp_inlet",
  "power",
  "motor_current",
  "vib_airend",
  "acc_airend",
  "t_winding",
  "dp_oilfilter",
  "trip_code",
] as const;

const packagePower = (shaft: number): number => (shaft + 2.4 + 4.4 * (shaft / 160) ** 2) / 0.975 + 5;

/** Speed ratio for this air delivery. */
function screwSpeedRatio(fad: number, pNet: number, f: Severity): number {
  const p1 = PA - (12 * (1 + f.filter) * (fad / 25) ** 2) / 1000;
  const r = (pNet + 0.2 * (1 + f.separator) * (fad / 25) ** 2 + PA) / p1;
  return ((fad * PA) / p1 + (2.4 * r) / 8.2) / 27.7;
}

/** Air delivered at full speed, m3/min: what is left when filter or separator clog. */
export function screwMaxFad(pNet: number, f: Severity): number {
  let fad = 25;
  for (let round = 0; round < 6; round++) {
    const p1 = PA - (12 * (1 + f.filter) * (fad / 25) ** 2) / 1000;
    const r = (pNet + 0.2 * (1 + f.separator) * (fad / 25) ** 2 + PA) / p1;
    fad = ((27.7 - (2.4 * r) / 8.2) * p1) / PA;
  }
  return fad;
}

/** Where the loaded compressor settles: fad m3/min at pNet bar gauge. */
export function screwPoint(wanted: number, pNet: number, ambientC: number, f: Severity) {
  let s = screwSpeedRatio(wanted, pNet, f);
  let fad = wanted;
  if (s > 1) {
    s = 1;
    fad = screwMaxFad(pNet, f);
  }
  const flow2 = (fad / 25) ** 2;
  const dpInlet = 12 * (1 + f.filter) * flow2;
  const dpSep = 0.2 * (1 + f.separator) * flow2;
  const p1 = PA - dpInlet / 1000;
  const r = (pNet + dpSep + PA) / p1;
  const indicated = (p1 * 1e5 * ((27.7 * s) / 60) * 3.5 * (r ** 0.2857 - 1)) / 1000 / 0.9;
  const shaft = indicated + 5 * s + 6 * f.bearing;
  return {
    s,
    fad,
    dpInlet,
    dpSep,
    shaft,
    power: packagePower(shaft),
    ...thermal(s, shaft, fad, ambientC, f),
  };
}

function thermal(s: number, shaft: number, fad: number, ambientC: number, f: Severity) {
  const x = shaft / 152;
  const current = Math.sqrt(115 ** 2 + ((255 * shaft) / (160 * s)) ** 2);
  const cooled = ambientC + 35 * x * (1 + f.cooler);
  return {
    current,
    oilTarget: f.thermostat > 0 ? cooled : Math.max(55, cooled),
    dischargeRise: 27 * x + 12 * f.bearing ** 1.5,
    outletTarget: ambientC + ((10 * fad) / 25) * (1 + f.cooler),
    windingTarget: ambientC + 75 * (current / 280) ** 2,
    vibration: Math.sqrt(1 + (3 * s) ** 2 + (12 * f.bearing) ** 2),
    acceleration: 1.2 * s * s * (1 + 8 * f.bearing ** 0.75),
  };
}

function unloadedPoint(ambientC: number, f: Severity) {
  const s = UNLOADED_SPEED_RATIO;
  const rest = thermal(s, UNLOADED_SHAFT_KW, 0, ambientC, f);
  return { s, fad: 0, dpInlet: 1, dpSep: 0, shaft: UNLOADED_SHAFT_KW, power: 42, ...rest };
}

export function createScrew(ambientC: number): Machine {
  const latch = noTrip();
  let ramp = 0;
  let sinceStartS = 0;
  let pressure = SET_BAR;
  let loaded = true;
  let unloadedS = 0;
  let oil = ambientC;
  let discharge = ambientC;
  let outlet = ambientC;
  let winding = ambientC;
  let settled = false;

  /** The network's pressure over this step, in short sub-steps; the air delivered at its end. */
  function deliver(dtS: number, demand: number, f: Severity): number {
    const most = Math.min(MAX_FAD, screwMaxFad(pressure, f));
    let fad = 0;
    const steps = demand >= MIN_LOADED && Math.abs(pressure - SET_BAR) < 1e-3 ? 1 : Math.ceil(dtS / 5);
    const stepMin = dtS / steps / 60;
    for (let i = 0; i < steps; i++) {
      if (pressure > 7.1 && demand < MIN_LOADED) loaded = false;
      if (pressure < 6.9 || demand >= MIN_LOADED) loaded = true;
      const asked = demand + 4 * (SET_BAR - pressure);
      fad = loaded ? Math.min(most, Math.max(demand < MIN_LOADED ? 7.4 : MIN_LOADED, asked)) : 0;
      pressure += ((fad - demand) * PA * stepMin) / NET_VOLUME_M3;
    }
    return fad;
  }

  return {
    tags: SC160_TAGS,
    advance(dtS, run, load, ambient, f, out) {
      advanceTrip(latch, dtS, f);
      const demand = load > 0 ? load + f.networkLeak : 0;
      if (demand > 0) unloadedS = 0;
      const turning = run && latch.code === 0 && unloadedS < UNLOADED_STOP_S;
      if (turning) {
        sinceStartS = ramp === 0 ? 0 : sinceStartS + dtS;
        ramp = Math.min(1, ramp + dtS / 8);
      } else {
        ramp = Math.max(0, ramp - dtS / 8);
      }
      let fad = 0;
      // Loading waits for 10 s after the start; without demand it idles, and stops after ten minutes of that.
      if (turning && demand > 0 && (sinceStartS >= 10 || !settled)) fad = deliver(dtS, demand, f);
      else {
        // Others hold the network meanwhile.
        pressure = SET_BAR;
        if (turning && demand === 0) unloadedS += dtS;
      }
      const point =
        ramp <= 0.01
          ? undefined
          : fad > 0
            ? screwPoint(fad, pressure, ambient, f)
            : unloadedPoint(ambient, f);
      const first = !settled;
      settled = true;
      const slow = turning ? 1 : 3;
      // One division of time for all lags; a machine first seen is where it belongs.
      const minutes = first ? Number.POSITIVE_INFINITY : dtS / (slow * 60);
      oil += ((point?.oilTarget ?? ambient) - oil) * lagShare(minutes, 4);
      discharge +=
        ((point ? oil + point.dischargeRise : ambient) - discharge) * lagShare(minutes, point ? 1 : 4);
      outlet += ((point?.outletTarget ?? ambient) - outlet) * lagShare(minutes, 3);
      winding += ((point?.windingTarget ?? ambient) - winding) * lagShare(minutes, 25);
      out[0] = RATED_SPEED * (point?.s ?? 0) * ramp;
      out[1] = point ? point.fad : 0;
      out[2] = pressure;
      out[3] = point?.dpSep ?? 0;
      out[4] = discharge;
      out[5] = oil;
      out[6] = outlet;
      out[7] = ambient;
      out[8] = point?.dpInlet ?? 0;
      out[9] = point?.power ?? 0.3;
      out[10] = point?.current ?? 0;
      out[11] = point?.vibration ?? 0.05;
      out[12] = point?.acceleration ?? 0.01;
      out[13] = winding;
      out[14] = point ? 0.4 + 0.1 * point.s : 0;
      if (latch.code === 0 && point) {
        const code = discharge >= 110 ? 2 : point.dpSep >= 1 ? 3 : pressure > 9.5 ? 5 : 0;
        if (code !== 0) trip(latch, code, f);
      }
      out[15] = latch.code;
    },
  };
}

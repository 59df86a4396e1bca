import { advanceTrip, lagShare, type Machine, noTrip, type Severity, trip } from "./machine.ts";

/** Single-stage end-suction centrifugal pump, 75 kW, on a frequency converter. */

const RATED_SPEED = 1485;
const RHO = 998;
const G = 9.81;
const STATIC_HEAD_M = 30;
const SYSTEM_R = 1.25e-4;
const SUCTION_BAR = 0.45;
const STRAINER_BAR = 0.15;

export const CP75_TAGS = [
  "speed",
  "flow",
  "p_suction",
  "p_discharge",
  "motor_current",
  "power",
  "vib_de",
  "acc_pde",
  "acc_pnde",
  "acc_mde",
  "acc_mnde",
  "t_brg_de",
  "t_winding",
  "seal_leak",
  "t_ambient",
  "trip_code",
] as const;

const clamp01 = (x: number): number => Math.min(1, Math.max(0, x));

/** Speed ratio that lifts `flow` m3/h through the system; worn rings need more. */
export function pumpSpeedRatio(flow: number, wear = 0): number {
  const slope = 7.5e-5 * (1 + 0.25 * wear);
  const shutOff = 62 * (1 - 0.04 * wear);
  return Math.min(1.05, Math.sqrt((STATIC_HEAD_M + (SYSTEM_R + slope) * flow * flow) / shutOff));
}

const acceleration = (quiet: number, damage: number, hiss: number): number =>
  quiet * (1 + 8 * damage ** 0.75) + hiss;

/** Where the pump settles at this speed ratio and flow: pressures bar gauge, head m, powers kW, temperatures Cel. */
export function pumpPoint(s: number, flow: number, ambientC: number, f: Severity) {
  const q = flow / (400 * s);
  const cleanHead = 62 * (1 - 0.04 * f.wear) * s * s - 7.5e-5 * (1 + 0.25 * f.wear) * flow * flow;
  const loss = STRAINER_BAR + f.strainer;
  const pSuction = SUCTION_BAR - loss * (flow / 400) ** 2;
  const velocity = flow / 3600 / 0.0491;
  const npsha = ((pSuction + 1.013 - 0.014) * 1e5) / (RHO * G) + (velocity * velocity) / (2 * G);
  const npshRatio = npsha / (2.9 * s * s + 1.4 * (flow / 400) ** 2);
  const cavitation = clamp01((1.8 - npshRatio) / 0.8);
  const head = cleanHead * (1 - 0.03 * cavitation * cavitation);
  const efficiency = 0.82 * (2 * q - q * q) * (1 - 0.12 * f.wear);
  const shaft = flow > 0 ? (RHO * G * (flow / 3600) * head) / (1000 * efficiency) : 0;
  const power = (shaft + 1.4 + 2.4 * (shaft / 75) ** 2) / 0.975;
  const current = Math.sqrt(60 ** 2 + ((119.6 * shaft) / (75 * s)) ** 2);
  const d = f.bearing;
  const vibration = Math.sqrt(
    0.6 ** 2 +
      (s * s * s) ** 2 +
      (0.8 * s * s * (1 + 3 * (q - 1) ** 2)) ** 2 +
      (6.5 * s * f.misalignment) ** 2 +
      (9 * d) ** 2 +
      (5 * cavitation) ** 2,
  );
  const quiet = 0.6 * s * s;
  const hiss = 2.5 * cavitation;
  return {
    head,
    efficiency,
    shaft,
    power,
    current,
    pSuction,
    pDischarge: pSuction + (RHO * G * head) / 1e5,
    npshRatio,
    vibration,
    accPumpDe: acceleration(quiet, d, hiss),
    // Neighbours see 12 % of the damage; the far motor bearing sees the neighbour's 12 %.
    accNeighbour: acceleration(quiet, 0.12 * d, hiss),
    accFar: acceleration(quiet, 0.0144 * d, hiss),
    bearingTarget: ambientC + 32 * s ** 1.5 + 45 * d ** 1.5 + 8 * f.misalignment,
    windingTarget: ambientC + ((68 * (current / 133.8) ** 2) / (0.4 + 0.6 * s)) * (1 + f.fan),
  };
}

const BEARING_TAU_S = 45 * 60;
const WINDING_TAU_S = 30 * 60;

export function createPump(ambientC: number): Machine {
  const latch = noTrip();
  /** 0 standing … 1 at the speed asked for. */
  let ramp = 0;
  let sinceStartS = 0;
  let bearing = ambientC;
  let winding = ambientC;
  let settled = false;

  return {
    tags: CP75_TAGS,
    advance(dtS, run, load, ambient, f, out) {
      advanceTrip(latch, dtS, f);
      const turning = run && latch.code === 0;
      if (turning) {
        sinceStartS = ramp === 0 ? 0 : sinceStartS + dtS;
        ramp = Math.min(1, ramp + dtS / 15);
      } else {
        ramp = Math.max(0, ramp - dtS / (latch.code === 0 ? 20 : 6));
      }
      const s = pumpSpeedRatio(load, f.wear) * ramp;
      const flow = load * ramp;
      const rotating = s > 0.01;
      const point = rotating ? pumpPoint(s, flow, ambient, f) : undefined;
      const bearingTarget = point?.bearingTarget ?? ambient;
      const windingTarget = point?.windingTarget ?? ambient;
      const slow = turning ? 1 : 3;
      // A machine first seen running has been running: it starts at its own temperatures.
      const first = !settled;
      settled = true;
      bearing += (bearingTarget - bearing) * (first ? 1 : lagShare(dtS, slow * BEARING_TAU_S));
      winding += (windingTarget - winding) * (first ? 1 : lagShare(dtS, slow * WINDING_TAU_S));
      const starting = turning && sinceStartS < 8;
      out[0] = RATED_SPEED * s;
      out[1] = flow;
      out[2] = point?.pSuction ?? SUCTION_BAR;
      out[3] = point?.pDischarge ?? SUCTION_BAR;
      out[4] = point ? Math.min(point.current * (starting && sinceStartS < 5 ? 1.2 : 1), 160) : 0;
      out[5] = point?.power ?? 0;
      out[6] = (point?.vibration ?? 0.05) + (starting && rotating ? 1.5 : 0);
      out[7] = point?.accPumpDe ?? 0.01;
      out[8] = point?.accNeighbour ?? 0.01;
      out[9] = point?.accNeighbour ?? 0.01;
      out[10] = point?.accFar ?? 0.01;
      out[11] = bearing;
      out[12] = winding;
      out[13] = 0.5 + f.sealLeak;
      out[14] = ambient;
      if (latch.code === 0 && point) {
        const code = protection(point.current, point.vibration, bearing, winding, point.pSuction);
        if (code !== 0) trip(latch, code, f);
      }
      out[15] = latch.code;
    },
  };
}

/** Limits of the machine's own controller. */
function protection(
  current: number,
  vibration: number,
  bearing: number,
  winding: number,
  suction: number,
): number {
  if (current > 170) return 1;
  if (vibration > 12) return 2;
  if (bearing >= 90) return 3;
  if (winding >= 145) return 4;
  if (suction < -0.95) return 5;
  return 0;
}

/** Start, stop and trip of the turbine as a sequence in time; fractions of rated speed, power kW. */

export type RunState = {
  phase: "off" | "start" | "run" | "stop" | "trip";
  /** Seconds in the phase. */
  phaseS: number;
  speed: number;
  power: number;
  flame: boolean;
  oilPump: boolean;
  /** Seconds at standstill before the last start. */
  stoodS: number;
  bowed: boolean;
  /** Where the sequence, not the load, decides: Cel, um. */
  egt: number | undefined;
  vibration: number | undefined;
};

export const rest = (): RunState => ({
  phase: "off",
  phaseS: 86_400,
  speed: 0,
  power: 0,
  flame: false,
  oilPump: true,
  stoodS: 0,
  bowed: false,
  egt: undefined,
  vibration: undefined,
});

const PURGE_S = 120;
const LIGHT_OFF_S = 60;
const ACCELERATE_S = 240;
const SYNCHRONISE_S = 60;
const START_S = PURGE_S + LIGHT_OFF_S + ACCELERATE_S + SYNCHRONISE_S;
const LOAD_KW_PER_S = 250 / 60;
const UNLOAD_S = 600;
const IDLE_S = 300;
const COAST_S = 480;
const TRIP_COAST_S = 360;
/** The rotor is barred with oil pressure for so long after a stop. */
const BARRING_S = 4 * 3600;
/** Standing so long leaves the rotor hot above and cool below: it bows. */
const BOW_FROM_S = 3600;
const BOW_TO_S = 3 * 3600;
const BOW_LASTS_S = 600;

const CRITICAL_LOW = 8500 / 14_950;
const CRITICAL_HIGH = 9000 / 14_950;

function enter(now: RunState, phase: RunState["phase"]): void {
  now.phase = phase;
  now.phaseS = 0;
}

export function runSequence(
  was: RunState,
  dtS: number,
  run: boolean,
  tripped: boolean,
  setKw: number,
): RunState {
  const now: RunState = { ...was, phaseS: was.phaseS + dtS, egt: undefined, vibration: undefined };
  if (tripped && (now.phase === "run" || now.phase === "start" || now.phase === "stop")) enter(now, "trip");
  else if (!run && now.phase === "run") enter(now, "stop");
  else if (!run && now.phase === "start") enter(now, "trip");
  else if (run && now.phase === "off") {
    now.stoodS = now.phaseS;
    enter(now, "start");
  }
  if (now.phase === "start" && now.phaseS >= START_S) {
    enter(now, "run");
    now.power = 60;
  }
  if (now.phase === "stop" && now.phaseS >= UNLOAD_S + IDLE_S + COAST_S) enter(now, "off");
  if (now.phase === "trip" && now.phaseS >= TRIP_COAST_S) enter(now, "off");

  const t = now.phaseS;
  now.flame = false;
  now.oilPump = true;
  now.bowed = false;
  switch (now.phase) {
    case "off":
      now.speed = 0;
      now.power = 0;
      now.oilPump = t < BARRING_S;
      break;
    case "start":
      now.power = 0;
      starting(now, t);
      break;
    case "run":
      now.speed = 1;
      now.flame = true;
      now.power = now.power < setKw ? Math.min(setKw, now.power + LOAD_KW_PER_S * dtS) : setKw;
      now.bowed = t < BOW_LASTS_S && now.stoodS >= BOW_FROM_S && now.stoodS <= BOW_TO_S;
      break;
    case "stop":
      now.power = t < UNLOAD_S ? was.power * Math.max(0, 1 - dtS / Math.max(dtS, UNLOAD_S - t)) : 0;
      now.flame = t < UNLOAD_S + IDLE_S;
      now.speed = now.flame ? 1 : Math.max(0, 1 - (t - UNLOAD_S - IDLE_S) / COAST_S);
      if (now.flame && now.power === 0) now.egt = 260;
      break;
    case "trip":
      now.power = 0;
      now.speed = Math.max(0, was.speed - dtS / TRIP_COAST_S);
      break;
  }
  return now;
}

function starting(now: RunState, t: number): void {
  const lit = t - PURGE_S;
  const accelerating = lit - LIGHT_OFF_S;
  if (lit < 0) now.speed = 0.22 * Math.min(1, t / 30);
  else if (accelerating < 0) now.speed = 0.22 + (0.08 * lit) / LIGHT_OFF_S;
  else now.speed = Math.min(1, 0.3 + (0.7 * accelerating) / ACCELERATE_S);
  now.flame = lit >= 0;
  // Light-off overshoots for ten seconds, then the start runs cooler than the load.
  if (now.flame) now.egt = lit < 10 ? 560 : 420;
  if (now.speed >= CRITICAL_LOW && now.speed <= CRITICAL_HIGH) now.vibration = 65;
}

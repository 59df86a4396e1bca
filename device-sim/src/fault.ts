import type { Severity } from "./machines/machine.ts";

/**
 * How each fault of the catalogue grows: pure functions from days after onset to severities.
 * Exponential growth is written so that 1 is functional failure at day T.
 */
export type FaultCode =
  | `P${1 | 2 | 3 | 4 | 5 | 6}`
  | `C${1 | 2 | 3 | 4 | 5 | 6}`
  | `G${1 | 2 | 3 | 4 | 5 | 6}`;

export type MachineFault = {
  code: FaultCode;
  /** Relative to T0, ms. */
  onsetMs: number;
  /** Takes effect only from here on, with the age it then has: what a partial repair left. */
  startsMs?: number;
  /** Repaired at, relative to T0, ms. */
  untilMs?: number;
  /** The fault's clock runs so many times faster. */
  accelerate?: number;
  /** The fault stops growing at this age, days of its own clock. */
  holdAtDays?: number;
};

const MAX_DAMAGE = 1.1;
const growth = (days: number, failureDays: number, tauDays: number): number =>
  Math.min(MAX_DAMAGE, Math.exp((days - failureDays) / tauDays));

/** Adds what the fault has done after `days` (>= 0) to the severities. */
export function addFault(code: FaultCode, days: number, s: Severity): void {
  switch (code) {
    case "P1":
      s.bearing += growth(days, 28, 6.5);
      break;
    case "P2":
      s.wear += Math.min(1.2, days / 270);
      break;
    case "P3":
      s.strainer += 1.05 * Math.min(1, days);
      break;
    case "P4":
      s.sealLeak += Math.min(400, 0.5 * (Math.exp(days / 2.6) - 1));
      // From 150 mL/min on, water stands in the bearing frame: P1 follows within 10 days.
      if (days > 14.83) s.bearing += growth(days - 14.83, 10, 6.5 * (10 / 28));
      break;
    case "P5":
      s.misalignment += 1;
      break;
    case "P6":
      s.fan += 1.6 * Math.min(1.2, days / 21);
      break;
    case "C1":
      s.cooler += 0.9 * Math.min(1.2, days / 60);
      break;
    case "C2":
      s.separator += 4 * Math.min(1.2, days / 60) ** 3;
      break;
    case "C3":
      s.bearing += growth(days, 40, 9);
      break;
    case "C4":
      s.filter += 6 * Math.min(1.2, days / 45);
      break;
    case "C5":
      s.thermostat += 1;
      // Water in the oil wears the element bearings: C3 in 60 days.
      if (days > 1) s.bearing += growth(days, 60, 9 * (60 / 40));
      break;
    case "C6":
      s.networkLeak += 3;
      break;
    case "G1":
      s.fouling += 0.035 * (1 - Math.exp(-days / 45));
      break;
    case "G2":
      s.nozzle += Math.min(1.2, (days / 24) ** 1.5);
      break;
    case "G3":
      s.bearing += growth(days, 12, 3.5);
      break;
    case "G4":
      s.filter += 2.6 * Math.min(1.2, days / 20);
      break;
    case "G5":
      s.lube += Math.min(1.2, days / 20);
      break;
    case "G6":
      s.hotSection += 0.03 * (days / 365);
      break;
  }
}

const DAY = 86_400_000;

/** Severities of all faults at `sinceT0Ms`, written into `s` (cleared first). */
export function severityAt(faults: readonly MachineFault[], sinceT0Ms: number, s: Severity): void {
  for (const key in s) s[key as keyof Severity] = 0;
  for (const fault of faults) {
    if (sinceT0Ms < (fault.startsMs ?? fault.onsetMs)) continue;
    if (fault.untilMs !== undefined && sinceT0Ms >= fault.untilMs) continue;
    const days = ((sinceT0Ms - fault.onsetMs) * (fault.accelerate ?? 1)) / DAY;
    addFault(fault.code, Math.min(days, fault.holdAtDays ?? days), s);
  }
}

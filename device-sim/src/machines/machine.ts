/**
 * A machine's physics, without noise: what its sensors would show if they were perfect.
 * Faults come in as severities; which one grows when is fault.ts' business.
 */

/** One record for all models, so that the hot path sees one shape. 0 = healthy, names of PLANT.md in brackets. */
export type Severity = {
  /** Bearing damage, 1 = functional failure (d). */
  bearing: number;
  /** Hydraulic wear, 1 = end of life (w). */
  wear: number;
  /** Extra strainer loss at 400 m3/h, bar (strainer). */
  strainer: number;
  /** Extra seal leakage, mL/min. */
  sealLeak: number;
  /** Misalignment (mis). */
  misalignment: number;
  /** Motor cooling lost (fan). */
  fan: number;
  /** Oil cooler fouling (cool). */
  cooler: number;
  /** Separator clogging (sep). */
  separator: number;
  /** Inlet filter clogging (flt). */
  filter: number;
  /** 1 = thermostatic valve stuck open. */
  thermostat: number;
  /** Compressor fouling, fraction (f). */
  fouling: number;
  /** Fuel nozzle plugging (noz). */
  nozzle: number;
  /** Lube oil pressure lost (lube). */
  lube: number;
  /** Hot-section loss, fraction (h). */
  hotSection: number;
  /** Leak in the customer's network, m3/min: load, not damage. */
  networkLeak: number;
};

export const healthy = (): Severity => ({
  bearing: 0,
  wear: 0,
  strainer: 0,
  sealLeak: 0,
  misalignment: 0,
  fan: 0,
  cooler: 0,
  separator: 0,
  filter: 0,
  thermostat: 0,
  fouling: 0,
  nozzle: 0,
  lube: 0,
  hotSection: 0,
  networkLeak: 0,
});

export interface Machine {
  /** Order of the values that `advance` writes. */
  readonly tags: readonly string[];
  /**
   * Moves on by `dtS` seconds under the operator's command and the load of that moment
   * (CP75 m3/h, SC160 m3/min of the network, GT5 kW set), then writes what the sensors stand at.
   */
  advance(
    dtS: number,
    run: boolean,
    load: number,
    ambientC: number,
    severity: Severity,
    out: Float64Array,
  ): void;
}

/** Share of the way to its target that a first-order lag goes in `dtS`; `tauS` is its time constant. */
export const lagShare = (dtS: number, tauS: number): number => 1 - Math.exp(-dtS / tauS);

/** Damage that trips a machine is gone when less than half of it is left: then the operator resets and restarts. */
const REPAIRED_SHARE = 0.5;
/** Seconds that restarting is blocked after a trip. */
const RESTART_BLOCK_S = 600;

/** The machine's own protection: a code that stays until the cause has been repaired. */
export type TripLatch = { code: number; ageS: number; damage: number };

export const noTrip = (): TripLatch => ({ code: 0, ageS: 0, damage: 0 });

const damageOf = (s: Severity): number =>
  s.bearing +
  s.wear +
  s.strainer +
  s.sealLeak +
  s.misalignment +
  s.fan +
  s.cooler +
  s.separator +
  s.filter +
  s.thermostat +
  s.fouling +
  s.nozzle +
  s.lube +
  s.hotSection;

export function advanceTrip(latch: TripLatch, dtS: number, severity: Severity): void {
  if (latch.code === 0) return;
  latch.ageS += dtS;
  if (latch.ageS >= RESTART_BLOCK_S && damageOf(severity) < REPAIRED_SHARE * latch.damage) latch.code = 0;
}

export function trip(latch: TripLatch, code: number, severity: Severity): void {
  latch.code = code;
  latch.ageS = 0;
  latch.damage = damageOf(severity);
}

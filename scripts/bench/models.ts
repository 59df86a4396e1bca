import type { ModelCatalog, Tag } from "@millwright/shared/domain/model";

const tag = (key: string, unit: string, low: number, high: number, limits: Tag["limits"]): Tag => ({
  key,
  name: key,
  unit,
  span: { low, high },
  expectedIntervalMs: 10_000,
  resolution: 0.01,
  ...(limits ? { limits } : {}),
  maxRatePerS: high * 10_000,
  rateAlarmPerS: high * 1_000,
  flatLine: false,
  // Every detector of the catalogue is on, so that the figure is that of the whole product.
  residual: {},
});

/** Four tags with all detectors on, as the load generator sends them. */
export const BENCH_PUMP: ModelCatalog = {
  key: "BENCH-PUMP",
  name: "Pump of the benchmark",
  running: { all: [{ tag: "speed", above: 700 }], settleMs: 0 },
  tags: [
    tag("speed", "{rev}/min", 0, 1800, { high: 1580, highHigh: 1620, deadband: 10 }),
    tag("flow", "m3/h", 0, 600, { lowLow: 60, low: 110, deadband: 8, onDelayMs: 60_000 }),
    tag("p_discharge", "bar", 0, 10, { low: 2.8, high: 6.5, highHigh: 7, deadband: 0.15, onDelayMs: 30_000 }),
    tag("motor_current", "A", 0, 250, { high: 138, highHigh: 147, deadband: 3.5, onDelayMs: 60_000 }),
  ],
};

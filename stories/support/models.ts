import type { ModelCatalog, Tag } from "@millwright/shared/domain/model";

/** A small machine for stories about the journey itself: one limit, one free tag. */
export const TEST_RIG: ModelCatalog = {
  key: "RIG-1",
  name: "Test rig",
  tags: [
    {
      key: "pressure",
      name: "Pressure",
      unit: "bar",
      span: { low: 0, high: 10 },
      expectedIntervalMs: 1000,
      resolution: 0.01,
      limits: { high: 8, highHigh: 9, deadband: 0.2, onDelayMs: 0, offDelayMs: 0 },
    },
    {
      key: "flow",
      name: "Flow",
      unit: "m3/h",
      span: { low: 0, high: 100 },
      expectedIntervalMs: 1000,
      residual: false,
    },
  ],
};

const acceleration = (key: string, name: string): Tag => ({
  key,
  name,
  unit: "m/s2",
  span: { low: 0, high: 50 },
  expectedIntervalMs: 600_000,
  resolution: 0.001,
  limits: { high: 1, highHigh: 2, deadband: 0.1, onDelayMs: 60_000 },
  flatLine: false,
  // The recording ends in a slow rise far below the limit: the trend is what warns early.
  residual: {},
});

/** The four accelerations of a CP75 pump set on one shaft line, sampled every ten minutes as the bearing rig was. */
export const BEARING_SET: ModelCatalog = {
  key: "CP75-BEARINGS",
  name: "CP75 pump set, bearing accelerations",
  running: { all: [{ tag: "speed", above: 700 }], settleMs: 60_000 },
  tags: [
    {
      key: "speed",
      name: "Shaft speed",
      unit: "{rev}/min",
      span: { low: 0, high: 2500 },
      expectedIntervalMs: 600_000,
      residual: false,
      flatLine: false,
    },
    acceleration("acc_pde", "Bearing acceleration, pump drive end"),
    acceleration("acc_pnde", "Bearing acceleration, pump non-drive end"),
    acceleration("acc_mde", "Bearing acceleration, motor drive end"),
    acceleration("acc_mnde", "Bearing acceleration, motor non-drive end"),
  ],
};

const rigTag = (key: string, name: string, unit: string, low: number, high: number): Tag => ({
  key,
  name,
  unit,
  span: { low, high },
  expectedIntervalMs: 1000,
});

/** The maker's test loop: spans only, no limits, so what it says comes from the residual tests alone. */
export const RIG_LOOP: ModelCatalog = {
  key: "RIG-LOOP",
  name: "Pump test loop",
  tags: [
    rigTag("acc_1", "Acceleration 1", "[g]", 0, 5),
    rigTag("acc_2", "Acceleration 2", "[g]", 0, 5),
    rigTag("current", "Motor current", "A", 0, 20),
    rigTag("p_discharge", "Discharge pressure", "bar", -2, 10),
    rigTag("t_winding", "Motor body temperature", "Cel", 0, 150),
    rigTag("t_fluid", "Fluid temperature", "Cel", 0, 100),
    rigTag("voltage", "Supply voltage", "V", 0, 400),
    rigTag("flow", "Volume flow", "L/min", 0, 300),
  ],
};

/** A room sensor beside a compressor: hourly, no limits. */
export const ROOM_SENSOR: ModelCatalog = {
  key: "SC160-ROOM",
  name: "SC160 room sensor",
  tags: [
    {
      key: "t_ambient",
      name: "Inlet air temperature",
      unit: "Cel",
      span: { low: -30, high: 60 },
      expectedIntervalMs: 3_600_000,
      resolution: 0.1,
      flatLine: false,
      judgeAlways: true,
    },
  ],
};

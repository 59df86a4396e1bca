import type { ModelCatalog } from "@millwright/shared/domain/model";
import { CP75_FAILURES } from "./cp75-failures.ts";
import { instrumentModes } from "./instrument-failures.ts";
import { tagTable } from "./tag-table.ts";

/** Bearing limits: one maker's 80/90 Cel at the outer ring; suction limits are NPSH ratios 2.1 and 1.7 at rated flow. */
export const CP75_ROWS = tagTable(`
key           | name                            | unit      | span     | sd   | int | res   | LL   | L     | H    | HH   | db   | kind        | flags
speed         | Shaft speed                     | {rev}/min | 0..1800  | 1    | 10  | 1     | -    | -     | 1580 | 1620 | 10   | speed       | -
flow          | Discharge flow                  | m3/h      | 0..600   | 2    | 10  | 0.1   | 60   | 110   | -    | -    | 8    | flow        | -
p_suction     | Suction pressure                | bar       | -1..3    | 0.01 | 10  | 0.001 | -0.3 | -0.15 | -    | -    | 0.05 | pressure    | -
p_discharge   | Discharge pressure              | bar       | 0..10    | 0.03 | 10  | 0.01  | -    | 2.8   | 6.5  | 7    | 0.15 | pressure    | -
motor_current | Motor current                   | A         | 0..250   | 0.8  | 10  | 0.1   | -    | -     | 138  | 147  | 3.5  | current     | -
power         | Electric power, converter input | kW        | 0..120   | 0.4  | 10  | 0.1   | -    | -     | 90   | -    | 2    | power       | -
vib_de        | Vibration velocity, drive end   | mm/s      | 0..25    | 0.08 | 10  | 0.01  | -    | -     | 4.5  | 7.1  | 0.4  | vibration   | -
acc_pde       | Bearing acceleration, pump DE   | m/s2      | 0..50    | 0.02 | 60  | 0.001 | -    | -     | 1    | 2    | 0.1  | vibration   | still
acc_pnde      | Bearing acceleration, pump NDE  | m/s2      | 0..50    | 0.02 | 60  | 0.001 | -    | -     | 1    | 2    | 0.1  | vibration   | still
acc_mde       | Bearing acceleration, motor DE  | m/s2      | 0..50    | 0.02 | 60  | 0.001 | -    | -     | 1    | 2    | 0.1  | vibration   | still
acc_mnde      | Bearing acceleration, motor NDE | m/s2      | 0..50    | 0.02 | 60  | 0.001 | -    | -     | 1    | 2    | 0.1  | vibration   | still
t_brg_de      | Bearing temperature, pump DE    | Cel       | -20..150 | 0.3  | 30  | 0.1   | -    | -     | 80   | 90   | 2    | temperature | -
t_winding     | Motor winding temperature       | Cel       | -20..200 | 0.5  | 30  | 0.1   | -    | -     | 130  | 145  | 3    | temperature | -
seal_leak     | Seal leakage                    | mL/min    | 0..500   | 0.1  | 60  | 0.1   | -    | -     | 20   | 60   | 2    | flow        | still
t_ambient     | Ambient temperature             | Cel       | -30..60  | 0.3  | 60  | 0.1   | -    | -     | -    | -    | -    | -           | still always
trip_code     | Trip code                       | 1         | 0..99    | 0    | 300 | 1     | -    | -     | -    | -    | -    | -           | code
`);

export const CP75: ModelCatalog = {
  key: "CP75",
  name: "CP75 centrifugal process pump, 75 kW",
  tags: CP75_ROWS.map((row) => row.tag),
  running: {
    all: [
      { tag: "speed", above: 700 },
      { tag: "motor_current", above: 20 },
    ],
    settleMs: 60_000,
  },
  failureModes: [...CP75_FAILURES, ...instrumentModes(CP75_ROWS)],
};

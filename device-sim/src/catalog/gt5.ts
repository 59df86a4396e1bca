import type { ModelCatalog } from "@millwright/shared/domain/model";
import { GT5_FAILURES } from "./gt5-failures.ts";
import { instrumentModes } from "./instrument-failures.ts";
import { tagTable } from "./tag-table.ts";

/** Spread: an old OEM guideline investigates above 80 degF = 44 K; 125 degF = 69 K is another quoted allowable. */
export const GT5_ROWS = tagTable(`
key        | name                                     | unit      | span     | sd   | int | res  | LL  | L     | H     | HH    | db   | kind        | flags
speed      | Rotor speed                              | {rev}/min | 0..17000 | 5    | 5   | 1    | -   | 14500 | 15400 | 16150 | 50   | speed       | -
power      | Generator power                          | kW        | 0..7000  | 8    | 5   | 1    | -   | -     | 5600  | 5800  | 50   | power       | -
fuel_flow  | Gas flow, norm                           | m3/h      | 0..2500  | 4    | 5   | 0.1  | -   | -     | 1850  | -     | 20   | flow        | -
egt        | Exhaust temperature, mean                | Cel       | 0..700   | 1    | 5   | 0.1  | -   | -     | 525   | 540   | 5    | temperature | -
egt_spread | Exhaust temperature spread               | K         | 0..200   | 1    | 5   | 0.1  | -   | -     | 45    | 65    | 4    | temperature | -
cdp        | Compressor discharge pressure            | bar       | 0..16    | 0.03 | 5   | 0.01 | -   | -     | 11.8  | -     | 0.15 | pressure    | -
cdt        | Compressor discharge temperature         | Cel       | 0..500   | 0.8  | 10  | 0.1  | -   | -     | 440   | 455   | 5    | temperature | -
t_inlet    | Inlet air temperature                    | Cel       | -40..60  | 0.2  | 30  | 0.1  | -   | -     | -     | -     | -    | -           | still always
dp_inlet   | Inlet filter differential pressure       | mbar      | 0..50    | 0.15 | 60  | 0.1  | -   | -     | 15    | 20    | 1    | pressure    | -
vib_brg1   | Shaft vibration, bearing 1, peak to peak | um        | 0..200   | 1    | 5   | 0.1  | -   | -     | 50    | 75    | 4    | vibration   | -
vib_brg2   | Shaft vibration, bearing 2, peak to peak | um        | 0..200   | 1    | 5   | 0.1  | -   | -     | 50    | 75    | 4    | vibration   | -
t_brg1     | Bearing 1 metal temperature              | Cel       | 0..180   | 0.3  | 10  | 0.1  | -   | -     | 110   | 120   | 2    | temperature | -
lube_press | Lube oil header pressure                 | bar       | 0..6     | 0.02 | 5   | 0.01 | 1.4 | 1.8   | 3.4   | -     | 0.1  | pressure    | -
t_lube     | Lube oil supply temperature              | Cel       | 0..120   | 0.3  | 10  | 0.1  | -   | 35    | 68    | 75    | 2    | temperature | -
flame      | Flame detected                           | 1         | 0..1     | 0    | 300 | 1    | -   | -     | -     | -     | -    | -           | code
trip_code  | Trip code                                | 1         | 0..99    | 0    | 300 | 1    | -   | -     | -     | -     | -    | -           | code
`);

export const GT5: ModelCatalog = {
  key: "GT5",
  name: "GT5 gas turbine generator set, 5.2 MW",
  tags: GT5_ROWS.map((row) => row.tag),
  running: {
    all: [
      { tag: "speed", above: 14_200 },
      { tag: "power", above: 50 },
    ],
    settleMs: 600_000,
  },
  failureModes: [...GT5_FAILURES, ...instrumentModes(GT5_ROWS)],
};

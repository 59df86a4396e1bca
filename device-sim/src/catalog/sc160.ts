import type { ModelCatalog } from "@millwright/shared/domain/model";
import { instrumentModes } from "./instrument-failures.ts";
import { SC160_FAILURES } from "./sc160-failures.ts";
import { tagTable } from "./tag-table.ts";

/** Element outlet above 100 Cel is significant, cut-out 110..120; a separator is replaced at about 0.69 bar. */
export const SC160_ROWS = tagTable(`
key           | name                               | unit      | span     | sd    | int | res   | LL  | L   | H    | HH   | db   | kind        | flags
speed         | Motor speed                        | {rev}/min | 0..3300  | 3     | 10  | 1     | -   | -   | 3050 | 3150 | 20   | speed       | -
fad           | Free air delivered                 | m3/min    | 0..35    | 0.1   | 10  | 0.01  | -   | -   | -    | -    | -    | -           | -
p_net         | Delivery pressure                  | bar       | 0..16    | 0.02  | 10  | 0.01  | 5.5 | 6.3 | 8.7  | 9.2  | 0.1  | pressure    | -
dp_sep        | Separator differential pressure    | bar       | 0..2     | 0.005 | 30  | 0.001 | -   | -   | 0.7  | 1    | 0.05 | pressure    | -
t_discharge   | Element outlet temperature         | Cel       | 0..150   | 0.4   | 10  | 0.1   | 50  | 60  | 105  | 110  | 2    | temperature | cold
t_oil_inj     | Oil injection temperature          | Cel       | 0..120   | 0.3   | 10  | 0.1   | -   | 50  | 78   | 85   | 2    | temperature | cold
t_outlet      | Air temperature after cooler       | Cel       | -10..90  | 0.3   | 30  | 0.1   | -   | -   | 58   | -    | 2    | temperature | -
t_ambient     | Inlet air temperature              | Cel       | -30..60  | 0.3   | 60  | 0.1   | -   | -   | 42   | -    | 1.5  | temperature | still always
dp_inlet      | Inlet filter differential pressure | mbar      | 0..100   | 0.3   | 60  | 0.1   | -   | -   | 45   | 60   | 3    | pressure    | -
power         | Package power                      | kW        | 0..250   | 0.6   | 10  | 0.1   | -   | -   | 182  | -    | 3    | power       | -
motor_current | Motor current                      | A         | 0..400   | 1.2   | 10  | 0.1   | -   | -   | 290  | 308  | 5    | current     | -
vib_airend    | Element vibration                  | mm/s      | 0..40    | 0.15  | 10  | 0.01  | -   | -   | 8    | 11.2 | 0.6  | vibration   | -
acc_airend    | Element bearing acceleration       | m/s2      | 0..100   | 0.04  | 60  | 0.001 | -   | -   | 3    | 6    | 0.3  | vibration   | still
t_winding     | Motor winding temperature          | Cel       | -20..200 | 0.5   | 30  | 0.1   | -   | -   | 130  | 145  | 3    | temperature | -
dp_oilfilter  | Oil filter differential pressure   | bar       | 0..4     | 0.02  | 60  | 0.01  | -   | -   | 1.4  | 1.8  | 0.1  | pressure    | -
trip_code     | Trip code                          | 1         | 0..99    | 0     | 300 | 1     | -   | -   | -    | -    | -    | -           | code
`);

export const SC160: ModelCatalog = {
  key: "SC160",
  name: "SC160 screw compressor, 160 kW",
  tags: SC160_ROWS.map((row) => row.tag),
  running: { all: [{ tag: "speed", above: 900 }], settleMs: 180_000 },
  failureModes: [...SC160_FAILURES, ...instrumentModes(SC160_ROWS)],
};

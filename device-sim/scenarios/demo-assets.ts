import type { AssetPlan } from "../src/scenario.ts";

const DAY = 86_400_000;
const HOUR = 3_600_000;
const MINUTE = 60_000;

/** Boiler house of the Fox River dairy: 30 Cel on every afternoon, 16 at night, whatever the season. */
const BOILER_HOUSE = { mean: 23, season: 0, daily: 7, weather: 0.4 };
/** A room of even temperature: cold enough to show a stuck thermostat, too warm for the lowest limit. */
const SHADED_ROOM = { mean: 23, season: 0, daily: 3, weather: 0.5 };

const LINDENWASSER: readonly AssetPlan[] = [
  {
    // D4: spikes on four sensors in turn.
    serial: "CP75-22-0101",
    name: "River pump 1",
    model: "CP75",
    site: "S1",
    load: { profile: "water" },
    alternateWeeks: true,
    signalFaults: [
      {
        kind: "spikes",
        tags: ["p_discharge", "flow", "motor_current", "t_winding"],
        fromMs: -2 * DAY,
        perHour: 6,
      },
    ],
  },
  {
    // D3: the coupling is replaced, and not aligned.
    serial: "CP75-22-0102",
    name: "River pump 2",
    model: "CP75",
    site: "S1",
    load: { profile: "water" },
    stops: [{ fromMs: -7 * DAY - 3 * HOUR, untilMs: -7 * DAY }],
    faults: [{ code: "P5", onsetMs: -7 * DAY }],
  },
  {
    // D1
    serial: "CP75-22-0103",
    name: "Transfer pump 3",
    model: "CP75",
    site: "S1",
    load: { profile: "constant", value: 280 },
    faults: [{ code: "P1", onsetMs: -25 * DAY }],
  },
  {
    // D2: a day of clogging in a quarter of an hour, until the customer cleans the strainer.
    serial: "CP75-22-0104",
    name: "Transfer pump 4",
    model: "CP75",
    site: "S1",
    load: { profile: "constant", value: 380 },
    faults: [{ code: "P3", onsetMs: 5 * MINUTE, untilMs: 25 * MINUTE, accelerate: 96, holdAtDays: 1 }],
  },
  // D5: nothing happens on this site.
  { serial: "CP75-23-0105", name: "Booster pump 1", model: "CP75", site: "S2", load: { profile: "water" } },
  { serial: "CP75-23-0106", name: "Booster pump 2", model: "CP75", site: "S2", load: { profile: "water" } },
  {
    serial: "CP75-23-0107",
    name: "Booster pump 3",
    model: "CP75",
    site: "S2",
    load: { profile: "constant", value: 300 },
  },
];

const FJORDMARK: readonly AssetPlan[] = [
  {
    // D6
    serial: "SC160-21-0201",
    name: "Base-load compressor 1",
    model: "SC160",
    site: "S3",
    load: { profile: "constant", value: 23 },
    faults: [{ code: "C2", onsetMs: -58 * DAY }],
  },
  {
    // D9: the network leaks, the machine is well.
    serial: "SC160-21-0202",
    name: "Trim compressor 2",
    model: "SC160",
    site: "S3",
    load: { profile: "food-air" },
    faults: [{ code: "C6", onsetMs: -18 * DAY }],
  },
  {
    // D7: many hours.
    serial: "SC160-21-0203",
    name: "Trim compressor 3",
    model: "SC160",
    site: "S3",
    load: { profile: "food-air" },
    dailyStop: { fromHour: 2, untilHour: 3.6 },
  },
  {
    // D10: the sensor drifts, the bearing is well.
    serial: "CP75-21-0108",
    name: "Process water pump",
    model: "CP75",
    site: "S3",
    load: { profile: "process-water" },
    signalFaults: [{ kind: "drift", tag: "t_brg_de", fromMs: -20 * DAY, perDay: 0.9 }],
  },
  {
    // D20: two hot restarts and a heat wave, all harmless.
    serial: "GT5-20-0004",
    name: "Dairy turbine",
    model: "GT5",
    site: "S3",
    load: { profile: "heat-led", allYear: true },
    stops: [
      { fromMs: -10 * DAY, untilMs: -10 * DAY + 2.2 * HOUR },
      { fromMs: -3 * DAY, untilMs: -3 * DAY + 2.2 * HOUR },
    ],
    heatWave: { fromMs: -6 * DAY, untilMs: -5 * DAY, byK: 10 },
  },
  {
    // D8: the oil cooler fouls; only afternoons are warm enough to show it.
    serial: "SC160-23-0204",
    name: "Fox River compressor 1",
    model: "SC160",
    site: "S4",
    load: { profile: "constant", value: 23 },
    gateway: "GW-S4",
    climate: BOILER_HOUSE,
    dailyStop: { fromHour: 2, untilHour: 3.6 },
    faults: [{ code: "C1", onsetMs: -38 * DAY }],
  },
  {
    serial: "SC160-23-0205",
    name: "Fox River compressor 2",
    model: "SC160",
    site: "S4",
    gateway: "GW-S4",
    load: { profile: "backup", value: 23, fromHour: 2, untilHour: 3.6 },
  },
  {
    serial: "CP75-23-0109",
    name: "Fox River process pump",
    model: "CP75",
    site: "S4",
    gateway: "GW-S4",
    load: { profile: "process-water" },
  },
];

const SOLVANE: readonly AssetPlan[] = [
  {
    // D12: fouled for forty days already at the beginning; washed at −9 d, when a fifth of it is left.
    serial: "GT5-19-0001",
    name: "Leça turbine 1",
    model: "GT5",
    site: "S5",
    load: { profile: "heat-led", allYear: true },
    stops: [{ fromMs: -9 * DAY - 8 * HOUR, untilMs: -9 * DAY }],
    faults: [
      { code: "G1", onsetMs: -70 * DAY, untilMs: -9 * DAY },
      { code: "G1", onsetMs: -16.25 * DAY, startsMs: -9 * DAY },
    ],
  },
  {
    // D13: trips itself at −0.54 d; nine hours later the filter is changed.
    serial: "GT5-19-0002",
    name: "Leça turbine 2",
    model: "GT5",
    site: "S5",
    load: { profile: "heat-led", allYear: true },
    faults: [{ code: "G5", onsetMs: -19 * DAY, untilMs: -0.165 * DAY }],
  },
  {
    // D15: sold by Fjordmark at −12 d; its filter was changed a day before, its filter sensor freezes live.
    serial: "SC160-20-0206",
    name: "Instrument air compressor 1",
    model: "SC160",
    site: "S5",
    load: { profile: "constant", value: 23 },
    stops: [{ fromMs: -13 * DAY, untilMs: -13 * DAY + HOUR }],
    faults: [{ code: "C4", onsetMs: -39.8 * DAY, untilMs: -13 * DAY }],
    signalFaults: [{ kind: "stuck", tag: "dp_inlet", fromMs: 3 * MINUTE }],
    formerly: { customer: "C2", site: "S3", atMs: -12 * DAY },
  },
  {
    // D18: loses its connection for three minutes, then repeats itself.
    serial: "SC160-20-0207",
    name: "Instrument air compressor 2",
    model: "SC160",
    site: "S5",
    load: { profile: "constant", value: 15 },
    link: {
      gaps: [{ fromMs: 12 * MINUTE, untilMs: 15 * MINUTE }],
      duplicates: { fromMs: 15 * MINUTE, untilMs: 20 * MINUTE },
    },
  },
  {
    // D17: its clock is seven minutes ahead.
    serial: "CP75-20-0110",
    name: "Cooling pump 1",
    model: "CP75",
    site: "S5",
    load: { profile: "constant", value: 300 },
    link: { skewMs: 7 * MINUTE },
  },
  {
    // D16
    serial: "CP75-20-0111",
    name: "Cooling pump 2",
    model: "CP75",
    site: "S5",
    load: { profile: "constant", value: 280 },
    faults: [{ code: "P4", onsetMs: -10.5 * DAY }],
  },
  {
    // D14
    serial: "GT5-22-0003",
    name: "Chakan turbine",
    model: "GT5",
    site: "S6",
    load: { profile: "heat-led", allYear: true },
    faults: [{ code: "G2", onsetMs: -20 * DAY }],
  },
  {
    // D19
    serial: "SC160-22-0208",
    name: "Chakan compressor",
    model: "SC160",
    site: "S6",
    load: { profile: "constant", value: 12 },
    climate: SHADED_ROOM,
    faults: [{ code: "C5", onsetMs: -4 * DAY }],
  },
  {
    serial: "CP75-22-0112",
    name: "Chakan cooling pump",
    model: "CP75",
    site: "S6",
    load: { profile: "constant", value: 260 },
  },
];

export const demoAssets: readonly AssetPlan[] = [...LINDENWASSER, ...FJORDMARK, ...SOLVANE];

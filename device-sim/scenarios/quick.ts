import type { AssetPlan, Scenario } from "../src/scenario.ts";

const DAY = 86_400_000;
const HOUR = 3_600_000;
const MINUTE = 60_000;
const SECOND = 1000;

/** Where a time line has been played through, and what follows is lived at the world's pace. */
export const QUICK_PLAYED_MS = 9 * MINUTE;

/** Silence is judged by the world's clock, so that this gap is lived through. */
export const GATEWAY_GAP = { fromMs: QUICK_PLAYED_MS + 45 * SECOND, untilMs: QUICK_PLAYED_MS + 90 * SECOND };

const pump = (serial: string, name: string, more: Partial<AssetPlan>): AssetPlan => ({
  serial,
  name,
  model: "CP75",
  site: "S1",
  load: { profile: "constant", value: 280 },
  ...more,
});
const screw = (serial: string, name: string, more: Partial<AssetPlan>): AssetPlan => ({
  serial,
  name,
  model: "SC160",
  site: "S3",
  load: { profile: "constant", value: 23 },
  ...more,
});

/** The live stories of the demo plant and the faults of sensors and links, in minutes instead of half an hour. */
export const quick: Scenario = {
  seed: "millwright-quick-1",
  historyMs: HOUR,
  tempo: 5,
  customers: [
    { key: "C1", name: "Lindenwasser Verband" },
    { key: "C2", name: "Fjordmark Dairies" },
    { key: "C3", name: "Solvane Heat & Power" },
  ],
  sites: [
    {
      key: "S1",
      customer: "C1",
      name: "Elbufer waterworks",
      timeZone: "Europe/Berlin",
      latitude: 51.08,
      longitude: 13.67,
      climate: { mean: 10, season: 9.5, daily: 5 },
    },
    {
      key: "S2",
      customer: "C2",
      name: "Fox River dairy",
      timeZone: "America/Chicago",
      latitude: 44.27,
      longitude: -88.35,
      climate: { mean: 8, season: 14, daily: 7 },
    },
    {
      key: "S3",
      customer: "C3",
      name: "Leça energy centre",
      timeZone: "Europe/Lisbon",
      latitude: 41.21,
      longitude: -8.69,
      climate: { mean: 15, season: 5, daily: 3 },
    },
  ],
  assets: [
    pump("D2", "Transfer pump 4", {
      load: { profile: "constant", value: 380 },
      faults: [{ code: "P3", onsetMs: 30 * SECOND, untilMs: 4 * MINUTE, accelerate: 480, holdAtDays: 1 }],
    }),
    pump("D17", "Cooling pump 1", { link: { skewMs: 7 * MINUTE } }),
    pump("X3", "River pump 1", {
      signalFaults: [{ kind: "spikes", tags: ["p_discharge"], fromMs: 0, perHour: 720 }],
    }),
    pump("X4", "River pump 2", {
      signalFaults: [{ kind: "open-circuit", tag: "t_winding", fromMs: 2 * MINUTE, side: "above" }],
    }),
    pump("X9", "River pump 3", { link: { brownOut: { fromMs: 0, untilMs: QUICK_PLAYED_MS } } }),
    screw("D15", "Instrument air compressor 1", {
      signalFaults: [{ kind: "stuck", tag: "dp_inlet", fromMs: MINUTE }],
      formerly: { customer: "C2", site: "S2", atMs: -12 * DAY },
    }),
    screw("D18", "Instrument air compressor 2", {
      load: { profile: "constant", value: 15 },
      link: {
        gaps: [{ fromMs: MINUTE, untilMs: 3 * MINUTE }],
        duplicates: { fromMs: 3 * MINUTE, untilMs: 6 * MINUTE },
      },
    }),
    screw("D11-1", "Fox River compressor 1", { site: "S2", gateway: "GW-S4" }),
    screw("D11-2", "Fox River compressor 2", { site: "S2", gateway: "GW-S4" }),
    pump("D11-3", "Fox River process pump", { site: "S2", gateway: "GW-S4" }),
  ],
  gateways: [
    {
      name: "GW-S4",
      site: "S2",
      link: { gaps: [GATEWAY_GAP] },
    },
  ],
  signIns: [
    { email: "engineer@millwright.example", name: "Field engineer", role: "engineer" },
    { email: "owner@lindenwasser.example", name: "Lindenwasser operations", role: "owner", customer: "C1" },
    { email: "owner@fjordmark.example", name: "Fjordmark operations", role: "owner", customer: "C2" },
    { email: "owner@solvane.example", name: "Solvane operations", role: "owner", customer: "C3" },
  ],
  expectations: [
    ticket("D2", "C1", "p_suction:low", 1.5, 4, 1),
    ticket("X4", "C1", "t_winding:out-of-span", 3, 5, 3),
    // Seen from T0 on, so that three minutes pass until a compressor counts as settled.
    ticket("D15", "C3", "dp_inlet:flat-line", 6, 9, 4),
    {
      story: "D11",
      gateway: "GW-S4",
      customer: "C2",
      alarmType: "gateway:offline",
      fromMs: GATEWAY_GAP.fromMs,
      toMs: QUICK_PLAYED_MS + 4 * MINUTE,
      priority: 2,
    },
    // Counted by the world's clock: in the minutes after the play begins.
    ticket("X9", "C1", "device:flapping", 9, 12, 3),
    { story: "D17", asset: "D17", none: true },
    { story: "D18", asset: "D18", none: true },
    { story: "X3", asset: "X3", none: true },
  ],
};

function ticket(
  asset: string,
  customer: string,
  alarmType: string,
  fromMin: number,
  toMin: number,
  priority: 1 | 2 | 3 | 4,
) {
  return {
    story: asset,
    asset,
    customer,
    alarmType,
    fromMs: fromMin * MINUTE,
    toMs: toMin * MINUTE,
    priority,
  };
}

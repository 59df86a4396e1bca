import type { Deed } from "../src/scenario.ts";

const ENGINEER = "engineer@millwright.example";
const LINDENWASSER = "owner@lindenwasser.example";
const SOLVANE = "owner@solvane.example";

const D1 = { asset: "CP75-22-0103", alarmType: "acc_pde:high" };
const D13 = { asset: "GT5-19-0002", alarmType: "lube_press:low" };
const D14 = { asset: "GT5-22-0003", alarmType: "egt_spread:high" };
const D15 = { asset: "SC160-20-0206", alarmType: "dp_inlet:high" };

/** Where the service desk stands at T0. What people say has the time at which it is said: nothing is dated back. */
export const demoDeeds: readonly Deed[] = [
  { ...D1, by: ENGINEER, take: true },
  {
    ...D1,
    by: ENGINEER,
    say: "The envelope spectrum shows outer-race damage at the drive end. We come this week with bearing kit BRG-CP and need the pump isolated for six hours.",
  },
  { ...D1, by: ENGINEER, move: { to: "visit-planned" } },
  { ...D1, by: LINDENWASSER, say: "Agreed. The pump will be isolated and drained when you arrive." },

  { ...D13, by: ENGINEER, take: true },
  {
    ...D13,
    by: ENGINEER,
    say: "After the trip the oil filter was changed and the turbine runs again. The oil supply still has to be inspected: which day can the turbine stand for half a day?",
  },
  {
    ...D13,
    by: SOLVANE,
    say: "We had declined your visit to keep the heat supply up, and then the trip cost us nine hours. We will name a day as soon as the boiler is free to take over.",
  },
  { ...D13, by: ENGINEER, move: { to: "triaged" } },
  { ...D13, by: ENGINEER, move: { to: "waiting-customer" } },

  { ...D14, by: ENGINEER, take: true },
  {
    ...D14,
    by: ENGINEER,
    say: "A set of fuel nozzles is ordered; it takes 35 days. Until then please keep load changes slow. We watch the spread and call you should it pass 65 K.",
  },
  { ...D14, by: ENGINEER, move: { to: "waiting-parts" } },

  { ...D15, by: ENGINEER, take: true },
  {
    ...D15,
    by: ENGINEER,
    move: {
      to: "resolved",
      disposition: "real",
      resolution: "Inlet filter element changed; the differential pressure is normal again.",
    },
  },
];

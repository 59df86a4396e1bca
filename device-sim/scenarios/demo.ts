import type { Scenario } from "../src/scenario.ts";
import { demoAssets } from "./demo-assets.ts";
import { demoDeeds } from "./demo-deeds.ts";
import { demoExpectations } from "./demo-expectations.ts";

const DAY = 86_400_000;
const MINUTE = 60_000;

/** The demo plant: three customers, six sites, 24 machines, twenty stories. All names are invented. */
export const demo: Scenario = {
  seed: "millwright-demo-1",
  historyMs: 30 * DAY,
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
      customer: "C1",
      name: "Hochwald booster",
      timeZone: "Europe/Berlin",
      latitude: 50.92,
      longitude: 13.95,
      climate: { mean: 8, season: 9.5, daily: 5 },
    },
    {
      key: "S3",
      customer: "C2",
      name: "Aarhus dairy",
      timeZone: "Europe/Copenhagen",
      latitude: 56.16,
      longitude: 10.13,
      climate: { mean: 9, season: 8, daily: 3 },
    },
    {
      key: "S4",
      customer: "C2",
      name: "Fox River dairy",
      timeZone: "America/Chicago",
      latitude: 44.27,
      longitude: -88.35,
      climate: { mean: 8, season: 14, daily: 7 },
    },
    {
      key: "S5",
      customer: "C3",
      name: "Leça energy centre",
      timeZone: "Europe/Lisbon",
      latitude: 41.21,
      longitude: -8.69,
      climate: { mean: 15, season: 5, daily: 3 },
    },
    {
      key: "S6",
      customer: "C3",
      name: "Chakan energy centre",
      timeZone: "Asia/Kolkata",
      latitude: 18.76,
      longitude: 73.86,
      climate: { mean: 25, season: 2, daily: 5 },
    },
  ],
  assets: demoAssets,
  gateways: [{ name: "GW-S4", site: "S4", link: { gaps: [{ fromMs: 20 * MINUTE, untilMs: 28 * MINUTE }] } }],
  signIns: [
    { email: "engineer@millwright.example", name: "Field engineer", role: "engineer" },
    { email: "administrator@millwright.example", name: "Administrator", role: "administrator" },
    { email: "owner@lindenwasser.example", name: "Lindenwasser operations", role: "owner", customer: "C1" },
    { email: "owner@fjordmark.example", name: "Fjordmark operations", role: "owner", customer: "C2" },
    { email: "owner@solvane.example", name: "Solvane operations", role: "owner", customer: "C3" },
  ],
  expectations: demoExpectations,
  deeds: demoDeeds,
};

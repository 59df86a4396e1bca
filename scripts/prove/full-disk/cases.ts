import type { Readiness } from "../plant.ts";
import type { FileName } from "./disks.ts";

/** What must be so while one disk is full, and the others are not. */
export type Case = {
  full: FileName | "everything";
  /** Whether devices are acknowledged all the same. Later on a journal has room inside its file, and needs none outside. */
  acknowledged: boolean;
  /** What /readyz says within 5 s; null where nothing of a reading's way is touched. */
  told: ((state: Readiness) => boolean) | null;
  /** A limit is passed while it is full: one ticket, then or afterwards. */
  incident: boolean;
};

const about = (part: "journal" | "store" | "database", word: RegExp) => (state: Readiness) =>
  !state[part].ready && word.test(state[part].reason ?? "") && (state[part].since ?? 0) > 0;

export const CASES: readonly Case[] = [
  {
    full: "everything",
    acknowledged: false,
    told: (state) => about("journal", /cannot be written/)(state) && about("database", /full/)(state),
    incident: false,
  },
  { full: "uplink.db", acknowledged: false, told: about("journal", /cannot be written/), incident: false },
  {
    full: "telemetry.duckdb",
    acknowledged: true,
    told: (state) => about("store", /no space left/)(state) && (state.waiting ?? 0) > 0,
    incident: true,
  },
  { full: "portal.db", acknowledged: true, told: about("database", /full/), incident: true },
  { full: "findings.db", acknowledged: true, told: about("journal", /findings.*full/), incident: true },
  { full: "ingest.db", acknowledged: true, told: about("journal", /detector state.*full/), incident: true },
  { full: "sessions.db", acknowledged: true, told: null, incident: true },
];

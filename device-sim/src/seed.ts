import { setTimeout as delay } from "node:timers/promises";
import { Failure } from "@millwright/shared/failure";
import { demo } from "../scenarios/demo.ts";
import { type Api, createApi, type Fetch } from "./api.ts";
import { doDeeds } from "./deeds.ts";
import { type HistoryProgress, sendHistory } from "./history.ts";
import { parseAddress } from "./link.ts";
import { provision } from "./provision.ts";
import type { Scenario } from "./scenario.ts";
import { type DemoState, loadState, newState, saveState } from "./state.ts";

export type SeedOptions = {
  /** The portal, e.g. http://127.0.0.1:8080 */
  api: string;
  key: string;
  /** host:port */
  mqtt: string;
  stateFile: string;
  scenario?: Scenario;
  /** Distance of the history's readings, ms. Default 60 s. */
  stepMs?: number;
  /** T0 of a new plant. Default: this minute. */
  t0?: number;
  say?: (line: string) => void;
  fetch?: Fetch;
  signal?: AbortSignal;
};

const MINUTE = 60_000;
/** Ingest may be busy, but it must move. */
const STALLED_MS = 60_000;

/**
 * Creates the demo plant, sends its history, waits until ingest has stored all of it. Goes on where an earlier,
 * interrupted seed stopped. Throws Failure.
 */
export async function seedDemo(options: SeedOptions): Promise<DemoState> {
  const say = options.say ?? (() => {});
  const scenario = options.scenario ?? demo;
  const api = createApi(options.api, options.key, options.fetch);
  const t0 = options.t0 ?? Math.floor(Date.now() / MINUTE) * MINUTE;
  const state = loadState(options.stateFile) ?? newState(scenario.seed, t0);
  const save = () => saveState(options.stateFile, state);
  if (state.complete) {
    say("plant: is there already");
    return state;
  }
  save();
  await provision(api, scenario, state, save);
  say(
    `plant: ${scenario.customers.length} customers, ${scenario.sites.length} sites, ${scenario.assets.length} machines`,
  );
  if (!state.historySent) {
    const startMs = Date.now();
    const done = await sendHistory({
      scenario,
      state,
      ...parseAddress(options.mqtt),
      ...(options.stepMs === undefined ? {} : { stepMs: options.stepMs }),
      ...(options.signal ? { signal: options.signal } : {}),
      onProgress: (progress) => say(progressLine(progress)),
    });
    const seconds = (Date.now() - startMs) / 1000;
    say(
      `history: ${done.ofDays} days, ${done.values.toLocaleString("en")} values in ${seconds.toFixed(1)} s (${Math.round(done.values / seconds / 1000)} k/s)`,
    );
    state.historySent = true;
    save();
  }
  await untilStored(api, say, options.signal);
  const persons = { api: options.api, fetch: options.fetch };
  await doDeeds(api, scenario, state, save, { ...persons, say, signal: options.signal });
  state.complete = true;
  save();
  return state;
}

const progressLine = ({ day, ofDays, values }: HistoryProgress): string =>
  `history: day ${day} of ${ofDays}, ${(values / 1e6).toFixed(1)} M values`;

/** The uplink journal's head when the history had been acknowledged, reached by ingest. */
async function untilStored(api: Api, say: (line: string) => void, signal?: AbortSignal): Promise<void> {
  let target: number | null = null;
  let reached = -1;
  let movedAt = Date.now();
  let told = 0;
  for (;;) {
    signal?.throwIfAborted();
    const at = await api.readiness();
    if (at) {
      target ??= at.uplinkHead;
      if (at.storedThrough >= target) return;
      if (at.storedThrough > reached) {
        reached = at.storedThrough;
        movedAt = Date.now();
        if (movedAt - told >= 1000) {
          told = movedAt;
          say(`storing: ${Math.floor((100 * reached) / target)} %`);
        }
      }
    }
    if (Date.now() - movedAt > STALLED_MS) {
      throw new Failure(
        "unavailable",
        `ingest stored nothing for ${STALLED_MS / 1000} s (${reached} of ${target ?? "?"})`,
      );
    }
    await delay(100, undefined, { signal });
  }
}

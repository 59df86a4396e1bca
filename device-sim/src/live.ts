import { Failure } from "@millwright/shared/failure";
import { demo } from "../scenarios/demo.ts";
import { createStation, type Station } from "./device.ts";
import { createFleet, type MachineSim } from "./fleet.ts";
import { parseAddress } from "./link.ts";
import { hash32 } from "./rng.ts";
import type { LinkFaults, Scenario } from "./scenario.ts";
import { loadState, saveState, tokenOf } from "./state.ts";

export type LiveOptions = {
  stateFile: string;
  /** host:port */
  mqtt: string;
  scenario?: Scenario;
  /**
   * How fast the plant's clock runs until it has caught up with the world's; then 1. With a start in the past this
   * plays what happened since, faster. Default: catches up at once, as devices do that kept their readings.
   */
  speed?: number;
  /**
   * Moment the plant's clock starts at, epoch ms. Default: where the fleet stopped (at first T0) while that is less
   * than 15 minutes ago, else now.
   */
  fromMs?: number;
  signal?: AbortSignal;
};

export type Live = {
  /** Publishes nothing more, waits shortly for acknowledgements, disconnects cleanly. */
  stop(): Promise<void>;
  stats(): { connected: number; stations: number; acknowledged: number; waiting: number; plantMs: number };
};

const RESUME_MS = 15 * 60_000;
/** Machines are run silently for so long before, so that their temperatures are those of the day. */
const WARM_UP_MS = 6 * 3_600_000;
const WARM_UP_STEP_MS = 60_000;
const POLL_MS = 50;
/** A crash makes the fleet repeat no more than this much of its own time. */
const MARK_MS = 10_000;
/** Backlog per device and poll: a burst after T0 must not stop the others. */
const TICKS_PER_POLL = 200;

type Runner = { station: Station; stepMs: number; nextMs: number };

/** Runs the fleet until stopped. Throws Failure when the state file is missing or incomplete. */
export async function runLive(options: LiveOptions): Promise<Live> {
  const scenario = options.scenario ?? demo;
  const state = loadState(options.stateFile);
  if (!state)
    throw new Failure("invalid", `--state: ${options.stateFile} does not exist: run seed first`, {
      field: "state",
    });
  const { speed } = options;
  if (speed !== undefined && !(speed > 0))
    throw new Failure("invalid", "--speed must be above 0", { field: "speed" });
  const address = parseAddress(options.mqtt);
  const startedMs = Date.now();
  const stoppedMs = Math.max(state.t0, state.liveThrough ?? 0);
  const resume = startedMs - stoppedMs < RESUME_MS ? stoppedMs : startedMs;
  const fromMs = Math.min(options.fromMs ?? resume, startedMs);
  const plantNow = () =>
    speed === undefined ? Date.now() : Math.min(Date.now(), fromMs + (Date.now() - startedMs) * speed);

  const fleet = createFleet(scenario, { t0: state.t0 });
  for (const sim of fleet) {
    for (let at = fromMs - WARM_UP_MS; at < fromMs; at += WARM_UP_STEP_MS) sim.advance(at);
    // Six hours of physics for each machine: let the other timers run in between.
    await new Promise((resolve) => setImmediate(resolve));
  }
  const runners = stations(scenario, fleet).map(({ name, sims, gateway, faults }): Runner => {
    const stepMs = Math.min(...sims.flatMap((sim) => sim.rows.map((row) => row.tag.expectedIntervalMs)));
    // Devices do not all report in the same millisecond.
    const phase = hash32(name) % stepMs;
    return {
      station: createStation({
        ...address,
        name,
        sims,
        gateway,
        faults,
        t0: state.t0,
        token: tokenOf(state, name),
      }),
      stepMs,
      nextMs: Math.ceil((fromMs - phase) / stepMs) * stepMs + phase,
    };
  });

  const poll = setInterval(() => {
    const now = plantNow();
    for (const runner of runners) {
      for (let ticks = 0; runner.nextMs <= now && ticks < TICKS_PER_POLL; ticks++) {
        runner.station.tick(runner.nextMs);
        runner.nextMs += runner.stepMs;
      }
    }
  }, POLL_MS);

  const saveMark = (): void => {
    // While something waits, a restart has to make it again.
    if (!runners.every(({ station }) => station.settled())) return;
    // Everyone has done the ticks before the earliest one that is still to come.
    const liveThrough = Math.min(...runners.map((runner) => runner.nextMs)) - 1;
    saveState(options.stateFile, { ...state, liveThrough });
  };
  const mark = setInterval(saveMark, MARK_MS);

  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    clearInterval(poll);
    clearInterval(mark);
    stopping ??= Promise.all(runners.map(({ station }) => station.stop())).then(() => saveMark());
    return stopping;
  };
  options.signal?.addEventListener("abort", () => void stop(), { once: true });
  return {
    stop,
    stats() {
      const links = runners.map(({ station }) => station.link);
      const sum = (of: "acknowledged" | "waiting") =>
        links.reduce((total, link) => total + link.stats()[of], 0);
      return {
        connected: links.filter((link) => link.connected()).length,
        stations: links.length,
        acknowledged: sum("acknowledged"),
        waiting: sum("waiting"),
        plantMs: plantNow(),
      };
    },
  };
}

type StationPlan = { name: string; sims: MachineSim[]; gateway: boolean; faults: LinkFaults };

/** Machines behind a gateway share its connection. */
function stations(scenario: Scenario, fleet: readonly MachineSim[]): StationPlan[] {
  const own = fleet
    .filter((sim) => sim.plan.gateway === undefined)
    .map((sim) => ({ name: sim.plan.serial, sims: [sim], gateway: false, faults: sim.plan.link ?? {} }));
  const shared = scenario.gateways.map(({ name, link }) => ({
    name,
    sims: fleet.filter((sim) => sim.plan.gateway === name),
    gateway: true,
    faults: link ?? {},
  }));
  return [...own, ...shared];
}

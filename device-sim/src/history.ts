import { GATEWAY_TELEMETRY, TELEMETRY } from "@millwright/shared/wire/topics";
import { createEncoder } from "./encode.ts";
import { createFleet, type MachineSim } from "./fleet.ts";
import { createLink, type Link } from "./link.ts";
import type { Scenario } from "./scenario.ts";
import { type DemoState, tokenOf } from "./state.ts";

export type HistoryOptions = {
  scenario: Scenario;
  state: DemoState;
  host: string;
  port: number;
  /** Distance of readings, ms. */
  stepMs?: number;
  onProgress?: (progress: HistoryProgress) => void;
  signal?: AbortSignal;
};

export type HistoryProgress = { day: number; ofDays: number; values: number; messages: number };

const DAY = 86_400_000;
const STEP_MS = 60_000;
/** Each device sends its backlog in pieces of so much time, all devices in turn: time goes on in the whole plant together. */
const PIECE_MS = 8 * 3_600_000;
/** Under the broker's frame limit of 256 KiB, with room for names. */
const MESSAGE_BYTES = 180_000;
const MAX_OPEN = 24;
const PROGRESS_MS = 1000;

/**
 * Sends what the plant measured in the days before T0 through MQTT, as devices do after a long gap.
 * Resolves when all is acknowledged; throws the first refusal or an abort.
 */
export async function sendHistory(options: HistoryOptions): Promise<HistoryProgress> {
  const { scenario, state, signal } = options;
  const stepMs = options.stepMs ?? STEP_MS;
  const fleet = createFleet(scenario, { t0: state.t0 });
  const senders = fleet.map((sim) => ({ sim, encoder: createEncoder(sim, sim.plan.link?.skewMs) }));
  const links = openLinks(fleet, options);
  const open = new Set<Promise<void>>();
  let failure: unknown;
  let messages = 0;
  let told = Date.now();
  const start = state.t0 - scenario.historyMs;
  const progress = (atMs: number): HistoryProgress => ({
    day: Math.floor((atMs - start) / DAY),
    ofDays: Math.round(scenario.historyMs / DAY),
    values: senders.reduce((sum, { encoder }) => sum + encoder.values(), 0),
    messages,
  });
  const send = async (link: Link, topic: string, payload: string): Promise<void> => {
    const sent: Promise<void> = link
      .send(payload, topic)
      .catch((error: unknown) => {
        failure ??= error;
      })
      .finally(() => open.delete(sent));
    open.add(sent);
    messages++;
    while (open.size >= MAX_OPEN) await Promise.race(open);
    if (failure) throw failure;
  };

  try {
    for (let from = start; from < state.t0; from += PIECE_MS) {
      const to = Math.min(from + PIECE_MS, state.t0);
      for (const { sim, encoder } of senders) {
        signal?.throwIfAborted();
        const name = sim.plan.serial;
        const link = links.get(sim.plan.gateway ?? name)!;
        const wrap = sim.plan.gateway
          ? (rows: string) => send(link, GATEWAY_TELEMETRY, `{${JSON.stringify(name)}:[${rows}]}`)
          : (rows: string) => send(link, TELEMETRY, `[${rows}]`);
        let rows = "";
        for (let at = from; at < to; at += stepMs) {
          sim.advance(at);
          const row = encoder.encode(at, at - stepMs);
          if (row === "") continue;
          rows += rows === "" ? row : `,${row}`;
          if (rows.length < MESSAGE_BYTES) continue;
          await wrap(rows);
          rows = "";
        }
        if (rows !== "") await wrap(rows);
        // Generating is all computing: let acknowledgements in between two devices.
        await new Promise((resolve) => setImmediate(resolve));
        if (Date.now() - told >= PROGRESS_MS) {
          told = Date.now();
          options.onProgress?.(progress(to));
        }
      }
    }
    await Promise.all(open);
    if (failure) throw failure;
    return progress(state.t0);
  } finally {
    await Promise.all([...links.values()].map((link) => link.stop()));
  }
}

/** A link for each device that has its own, and for each gateway, by serial number or name. */
function openLinks(fleet: readonly MachineSim[], options: HistoryOptions): Map<string, Link> {
  const names = new Set(fleet.map((sim) => sim.plan.gateway ?? sim.plan.serial));
  return new Map(
    [...names].map((name) => [
      name,
      createLink({
        host: options.host,
        port: options.port,
        token: tokenOf(options.state, name),
        maxInFlight: 2,
        failOnRefusal: true,
      }),
    ]),
  );
}

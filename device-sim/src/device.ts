import { ATTRIBUTES, GATEWAY_CONNECT, GATEWAY_TELEMETRY, TELEMETRY } from "@millwright/shared/wire/topics";
import { createEncoder } from "./encode.ts";
import type { MachineSim } from "./fleet.ts";
import { createLink, type Link } from "./link.ts";
import type { LinkFaults } from "./scenario.ts";

/** One connection to the broker with the machines behind it: one for a device, several for a gateway. */
export type Station = {
  /** Moves to `atMs`, sends what is due. */
  tick(atMs: number): void;
  link: Link;
  /** Whether everything measured so far has been acknowledged. */
  settled(): boolean;
  stop(): Promise<void>;
};

export type StationOptions = {
  name: string;
  sims: readonly MachineSim[];
  gateway: boolean;
  token: string;
  host: string;
  port: number;
  t0: number;
  faults: LinkFaults;
};

/** Backlog goes out in pieces of this many readings. */
const BACKLOG_ROWS = 60;
const FIRMWARE = "4.2.1";

export function createStation(options: StationOptions): Station {
  const { sims, gateway, faults, t0 } = options;
  const machines = sims.map((sim) => ({
    sim,
    encoder: createEncoder(sim, faults.skewMs),
    backlog: [] as string[],
  }));
  const link = createLink({
    host: options.host,
    port: options.port,
    token: options.token,
    announce: announcements(options),
    onRequest: (method) => answer(method, sims),
  });
  let lastMs = Number.NaN;
  let dropped = false;
  let bounceAtMs = 0;
  /** Held back to come out of order while duplicates are sent. */
  let held: { payload: string; topic: string } | undefined;

  const send = (topic: string, payload: string): void => {
    // A link that was stopped keeps nothing; what it could not send is gone with the process.
    link.send(payload, topic).catch(() => {});
  };

  const during = (window: { fromMs: number; untilMs: number } | undefined, atMs: number): boolean =>
    window !== undefined && atMs - t0 >= window.fromMs && atMs - t0 < window.untilMs;

  function network(atMs: number): boolean {
    const away = faults.gaps?.some((gap) => during(gap, atMs)) ?? false;
    if (away && !dropped) link.drop(false);
    if (!away && dropped) link.restore();
    dropped = away;
    if (!away && during(faults.brownOut, atMs) && atMs >= bounceAtMs) {
      // Boots again every 20 to 40 s, spread by its own reading times.
      bounceAtMs = atMs + 20_000 + ((atMs / 1000) % 21) * 1000;
      link.drop(false);
      link.restore();
    }
    return !away;
  }

  function deliver(topic: string, payload: string, atMs: number): void {
    if (!during(faults.duplicates, atMs)) {
      if (held) send(held.topic, held.payload);
      held = undefined;
      send(topic, payload);
      return;
    }
    const copies = 2 + (Math.floor(atMs / 1000) % 4);
    for (let i = 0; i < copies; i++) send(topic, payload);
    // The message before comes once more, after this one.
    if (held) send(held.topic, held.payload);
    held = { topic, payload };
  }

  return {
    link,
    settled() {
      const { waiting, dropped: lost } = link.stats();
      return waiting === 0 && lost === 0 && machines.every(({ backlog }) => backlog.length === 0);
    },
    tick(atMs) {
      const online = network(atMs);
      const parts: string[] = [];
      for (const { sim, encoder, backlog } of machines) {
        sim.advance(atMs);
        const row = encoder.encode(atMs, Number.isNaN(lastMs) ? Number.NEGATIVE_INFINITY : lastMs);
        if (row !== "") backlog.push(row);
        if (!online || backlog.length === 0) continue;
        const name = JSON.stringify(sim.plan.serial);
        while (backlog.length > 1) {
          const rows = `[${backlog.splice(0, BACKLOG_ROWS).join(",")}]`;
          if (gateway) deliver(GATEWAY_TELEMETRY, `{${name}:${rows}}`, atMs);
          else deliver(TELEMETRY, rows, atMs);
        }
        const last = backlog.pop();
        if (last === undefined) continue;
        if (gateway) parts.push(`${name}:[${last}]`);
        else deliver(TELEMETRY, last, atMs);
      }
      if (parts.length > 0) deliver(GATEWAY_TELEMETRY, `{${parts.join(",")}}`, atMs);
      lastMs = atMs;
    },
    stop: () => link.stop(),
  };
}

function announcements({ gateway, sims }: StationOptions) {
  if (!gateway) {
    const plan = sims[0]!.plan;
    const attributes = { serialNumber: plan.serial, model: plan.model, firmware: FIRMWARE, connected: true };
    return [{ topic: ATTRIBUTES, payload: JSON.stringify(attributes) }];
  }
  return [
    { topic: ATTRIBUTES, payload: JSON.stringify({ firmware: FIRMWARE, connected: true }) },
    ...sims.map((sim) => ({ topic: GATEWAY_CONNECT, payload: JSON.stringify({ device: sim.plan.serial }) })),
  ];
}

function answer(method: string, sims: readonly MachineSim[]): unknown {
  if (method === "ping") return { pong: true };
  if (method === "getValues") {
    return Object.fromEntries(
      sims.map((sim) => [
        sim.plan.serial,
        Object.fromEntries(sim.rows.map((row, i) => [row.tag.key, sim.values[i]])),
      ]),
    );
  }
  return { error: `unknown method ${method}` };
}

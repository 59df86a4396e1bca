import { setTimeout as delay } from "node:timers/promises";
import mqtt from "mqtt";
import { type Ledger, valueFor } from "../../stories/support/ledger.ts";
import type { Machine } from "../../stories/support/plant.ts";
import { TELEMETRY } from "./plant.ts";

/** Firmware that keeps each reading until it is acknowledged: after a cut it sends what was in flight once more. */
export type Forwarder = Ledger & {
  /** Publishes that ended without an acknowledgement, and were sent again. */
  again(): number;
};

const IN_FLIGHT = 5;

export function forwardAll(port: number, machine: Machine, startMs: number): Forwarder {
  const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, {
    username: machine.token,
    clientId: `forward-${machine.deviceId}`,
    reconnectPeriod: 20,
    connectTimeout: 3_000,
    keepalive: 10,
    // What was not acknowledged is this program's business, not the library's.
    queueQoSZero: false,
  });
  client.on("error", () => undefined);
  let running = true;
  let again = 0;
  const acked = new Set<number>();
  const insist = async (n: number) => {
    const message = JSON.stringify({ ts: startMs + n, values: { flow: valueFor(n) } });
    while (!acked.has(n)) {
      await client.publishAsync(TELEMETRY, message, { qos: 1 }).then(
        () => acked.add(n),
        () => {
          again++;
          return delay(5);
        },
      );
    }
  };
  const loop = async () => {
    while (running) {
      await insist(forwarder.sent++);
      await delay(2);
    }
  };
  const forwarder: Forwarder = {
    machine,
    client,
    startMs,
    sent: 0,
    acked,
    again: () => again,
    async stop() {
      running = false;
      await Promise.all(loops);
      await client.endAsync(true);
    },
  };
  const loops = Array.from({ length: IN_FLIGHT }, loop);
  return forwarder;
}

import { setTimeout as delay } from "node:timers/promises";
import mqtt, { type MqttClient } from "mqtt";
import type { Api } from "./api.ts";
import type { Machine } from "./plant.ts";

/**
 * One device that publishes without pause and writes down what was acknowledged. Its readings carry times of their
 * own, 1 ms apart, so that each is one point.
 */
export type Ledger = {
  machine: Machine;
  client: MqttClient;
  startMs: number;
  sent: number;
  acked: Set<number>;
  /** Sends no more; waits for the answers that are still due, or gives up after `waitMs`. */
  stop(waitMs?: number): Promise<void>;
};

/** What of a ledger is compared with the store. */
type Sent = Pick<Ledger, "machine" | "startMs" | "sent" | "acked">;

export type Audit = {
  /** Readings whose PUBACK arrived. */
  acked: number;
  /** Acknowledged, but not there or with another value. */
  lost: number;
  /** Points counted more than once. */
  doubled: number;
  /** Points at a time that was never sent, or with a value that was not sent for it. */
  phantom: number;
};

/** The value of reading `n`. */
export const valueFor = (n: number) => (n % 97) + 0.5;

export function keepPublishing(
  mqttPort: number,
  machine: Machine,
  options: { startMs: number; inFlight?: number; pauseMs?: number },
): Ledger {
  const { startMs, inFlight = 20, pauseMs = 5 } = options;
  const client = mqtt.connect(`mqtt://127.0.0.1:${mqttPort}`, {
    username: machine.token,
    clientId: `ledger-${machine.deviceId}`,
    reconnectPeriod: 100,
    connectTimeout: 5000,
  });
  client.on("error", () => undefined); // refused connections while the broker is down: it reconnects
  let running = true;
  const ledger: Ledger = {
    machine,
    client,
    startMs,
    sent: 0,
    acked: new Set(),
    async stop(waitMs = 20_000) {
      running = false;
      const late = new AbortController();
      await Promise.race([
        Promise.all(loops),
        delay(waitMs, undefined, { signal: late.signal }).catch(() => undefined),
      ]);
      late.abort();
      await client.endAsync(true);
    },
  };
  const loop = async () => {
    while (running) {
      const n = ledger.sent++;
      const message = JSON.stringify({ ts: startMs + n, values: { flow: valueFor(n) } });
      await client.publishAsync("v1/devices/me/telemetry", message, { qos: 1 }).then(
        () => ledger.acked.add(n),
        () => undefined,
      );
      await delay(pauseMs);
    }
  };
  const loops = Array.from({ length: inFlight }, loop);
  return ledger;
}

const WINDOW = 2000;

/** Compares what was acknowledged with what the API gives back. Everything must be settled. */
export async function audit(admin: Api, ledgers: readonly Sent[]): Promise<Audit> {
  const result: Audit = { acked: 0, lost: 0, doubled: 0, phantom: 0 };
  for (const ledger of ledgers) {
    result.acked += ledger.acked.size;
    for (let from = 0; from <= ledger.sent; from += WINDOW) await auditWindow(admin, ledger, from, result);
  }
  return result;
}

async function auditWindow(admin: Api, ledger: Sent, from: number, result: Audit): Promise<void> {
  const { startMs, sent, acked, machine } = ledger;
  type Answer = { series: { points: { time: number; last: number; count: number }[] }[] };
  const { series } = await admin.get<Answer>(
    `/assets/${machine.assetId}/series?tags=flow&from=${startMs + from}&to=${startMs + from + WINDOW}&buckets=${WINDOW}`,
  );
  const found = new Map((series[0]?.points ?? []).map((p) => [p.time - startMs, p]));
  for (let n = from; n < from + WINDOW; n++) {
    const point = found.get(n);
    if (point && (n >= sent || point.last !== valueFor(n))) result.phantom++;
    if (point && point.count > 1) result.doubled++;
    if (acked.has(n) && point?.last !== valueFor(n)) result.lost++;
  }
}

import mqtt, { type MqttClient } from "mqtt";
import { keepPublishing, type Ledger } from "../../stories/support/ledger.ts";
import { TEST_RIG } from "../../stories/support/models.ts";
import { addMachine, install, type Machine } from "../../stories/support/plant.ts";
import { type Product, startProduct } from "../../stories/support/product.ts";

export const TELEMETRY = "v1/devices/me/telemetry";
/** Event times of the proofs begin this far back, so that none lies ahead of the receive time. */
const BACK_MS = 3_600_000;

/** The product with `count` machines of one customer; ended whatever happens. */
export async function withPlant<T>(
  count: number,
  environment: NodeJS.ProcessEnv,
  use: (product: Product, machines: [Machine, ...Machine[]]) => Promise<T>,
): Promise<T> {
  const product = await startProduct({ LOG_LEVEL: "silent", ...environment });
  try {
    const first = await install(product.admin, { customer: "Proof", model: TEST_RIG, asset: "Machine 0" });
    const machines: [Machine, ...Machine[]] = [first];
    for (let i = 1; i < count; i++)
      machines.push(await addMachine(product.admin, { ...first, name: `Machine ${i}` }));
    return await use(product, machines);
  } finally {
    await product.stop();
  }
}

export function publishAll(
  mqttPort: number,
  machines: readonly Machine[],
  { backMs = BACK_MS, ...options }: { inFlight?: number; pauseMs?: number; backMs?: number } = {},
): Ledger[] {
  const startMs = Date.now() - backMs;
  return machines.map((machine) => keepPublishing(mqttPort, machine, { startMs, ...options }));
}

export const ackedBy = (ledgers: readonly Ledger[]) =>
  ledgers.reduce((sum, ledger) => sum + ledger.acked.size, 0);

/** A device's client that comes back by itself; publishes reject when the connection is lost. */
export async function device(mqttPort: number, { token }: Machine): Promise<MqttClient> {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${mqttPort}`, {
    username: token,
    reconnectPeriod: 100,
  });
  client.on("error", () => undefined);
  return client;
}

/** Publishes until it is acknowledged, through whatever happens meanwhile: what store-and-forward firmware does. */
export async function insist(client: MqttClient, payload: string | Buffer): Promise<void> {
  for (;;) {
    const acked = await client.publishAsync(TELEMETRY, payload, { qos: 1 }).then(
      () => true,
      () => false,
    );
    if (acked) return;
  }
}

export type Readiness = {
  ready: boolean;
  waiting?: number;
  storedThrough?: number;
  journal: { ready: boolean; reason: string | null; since?: number };
  store: { ready: boolean; reason: string | null; since?: number };
  database: { ready: boolean; reason: string | null; since?: number };
};

/** /readyz as it is, 200 or 503. */
export async function readyz(product: Product): Promise<Readiness & { status: number }> {
  const response = await fetch(`${product.url}/readyz`, { signal: AbortSignal.timeout(8000) });
  return { ...((await response.json()) as Readiness), status: response.status };
}

/** All metrics of the installation by name with labels, as Prometheus prints them. */
export async function metricsOf(product: Product): Promise<Map<string, number>> {
  const text = await (await fetch(`${product.url}/metrics`)).text();
  const values = new Map<string, number>();
  for (const line of text.split("\n")) {
    const at = line.lastIndexOf(" ");
    if (at > 0 && !line.startsWith("#"))
      values.set(
        line
          .slice(0, at)
          .replace(/,?program="[^"]*"/, "")
          .replace("{}", ""),
        Number(line.slice(at + 1)),
      );
  }
  return values;
}

import { setTimeout as delay } from "node:timers/promises";
import { TELEMETRY } from "@millwright/shared/wire/topics";
import { type BrokerProgram, spawnBroker } from "./spawn-broker.ts";
import { type testBed, until } from "./test-bed.ts";

type Bed = ReturnType<typeof testBed>;

const CLIENTS = 8;
const IN_FLIGHT = 100;

/**
 * Publishes as fast as it is acknowledged, from several clients, until they are disconnected. Adds each payload,
 * which begins with `name` and occurs once, to `acked` when its PUBACK has come. Resolves when the stream runs.
 */
export async function publishUnderLoad(
  bed: Bed,
  url: string,
  token: string,
  name: string,
  acked: Set<string>,
): Promise<void> {
  const before = acked.size;
  for (let c = 0; c < CLIENTS; c++) {
    const client = await bed.connect({ username: token, clientId: `c${c}` }, url);
    let next = 0;
    const publish = () => {
      if (!client.connected) return;
      const payload = `${name}-${c}-${next++}`;
      client.publish(TELEMETRY, payload, { qos: 1 }, (error) => {
        if (error) return;
        acked.add(payload);
        publish();
      });
    };
    for (let i = 0; i < IN_FLIGHT; i++) publish();
  }
  await until(() => acked.size > before + 500, "the stream runs");
}

/** One life of a broker under load, ended with kill -9 after `lifeMs`; adds what was acknowledged. */
export async function oneLife(
  bed: Bed,
  life: { program: BrokerProgram; token: string; name: string; lifeMs: number; acked: Set<string> },
): Promise<void> {
  const { child, url, exited } = await spawnBroker(bed.dataDir, life.program);
  await publishUnderLoad(bed, url, life.token, life.name, life.acked);
  await delay(life.lifeMs);
  child.kill("SIGKILL");
  await exited;
}

/** How many of the acknowledged payloads the journal does not hold. */
export function missing(bed: Bed, acked: ReadonlySet<string>): number {
  const kept = new Set(bed.messages().map(({ payload }) => String(payload)));
  return [...acked].filter((payload) => !kept.has(payload)).length;
}

/**
 * The control of every test of a kill: the same broker, but acknowledging before the commit, killed until something
 * acknowledged is missing. Returns how many were lost: 0 means that the test could not have seen a loss either.
 */
export async function lostWhenAckedEarly(bed: Bed, maxLives = 10): Promise<number> {
  const { token } = bed.addDevice("early");
  const acked = new Set<string>();
  for (let i = 0; i < maxLives; i++) {
    await oneLife(bed, { program: "testing/ack-early.ts", token, name: `${i}`, lifeMs: 50 + i * 37, acked });
    const lost = missing(bed, acked);
    if (lost > 0) return lost;
  }
  return 0;
}

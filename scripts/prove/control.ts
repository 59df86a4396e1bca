import { setTimeout as delay } from "node:timers/promises";
import { TELEMETRY } from "@millwright/shared/wire/topics";
import { spawnBroker } from "../../broker/src/testing/spawn-broker.ts";
import { testBed, until } from "../../broker/src/testing/test-bed.ts";

const CLIENTS = 8;
const IN_FLIGHT = 100;

/**
 * The same broker, but acknowledging before the commit, killed under load until something acknowledged is missing.
 * Returns how many were lost: 0 means that the proof beside it could not have seen a loss either.
 */
export async function lostWhenAckedEarly(maxCycles = 10): Promise<number> {
  const bed = testBed();
  try {
    const { token } = bed.addDevice("d1");
    const acked = new Set<string>();
    for (let cycle = 0; cycle < maxCycles; cycle++) {
      const { child, url, exited } = await spawnBroker(bed.dataDir, "testing/ack-early.ts");
      const before = acked.size;
      for (let c = 0; c < CLIENTS; c++) {
        const client = await bed.connect({ username: token, clientId: `c${c}` }, url);
        let next = 0;
        const publish = () => {
          if (!client.connected) return;
          const name = `${cycle}-${c}-${next++}`;
          client.publish(TELEMETRY, name, { qos: 1 }, (error) => {
            if (error) return;
            acked.add(name);
            publish();
          });
        };
        for (let i = 0; i < IN_FLIGHT; i++) publish();
      }
      await until(() => acked.size > before + 500, "the stream runs");
      await delay(50 + cycle * 37);
      child.kill("SIGKILL");
      await exited;
      const kept = new Set(bed.messages().map(({ payload }) => String(payload)));
      const lost = [...acked].filter((name) => !kept.has(name)).length;
      if (lost > 0) return lost;
    }
    return 0;
  } finally {
    await bed.end();
  }
}

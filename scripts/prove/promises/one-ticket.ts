import { ticketsOf } from "../../../stories/support/plant.ts";
import { until } from "../../../stories/support/wait.ts";
import { device, insist, withPlant } from "../plant.ts";
import { checklist, type Proof } from "../promise.ts";

const READINGS = 150;

/** One excursion over the limit, its hour sent five times, with ingest and portal killed inside the burst. */
export const oneTicket: Proof = {
  title: "one incident is one ticket, however often it is replayed",
  prove: ({ random, long }) =>
    withPlant(2, {}, async (product, machines) => {
      const { failures, expect } = checklist();
      const startMs = Date.now() - 3_600_000;
      let kills = 0;
      let replays = 0;
      const seen = new Map<string, Set<string>>(machines.map((m) => [m.assetId, new Set<string>()]));
      for (let replay = 0; replay < (long ? 50 : 2); replay++) {
        replays++;
        for (const [i, machine] of machines.entries()) {
          const client = await device(product.mqttPort, machine);
          const killAt = Math.floor(random() * READINGS);
          for (let n = 0; n < READINGS; n++) {
            const pressure = n > 30 && n < 120 ? 8.5 + (n % 5) / 100 : 5 + (n % 5) / 10;
            await insist(client, JSON.stringify({ ts: startMs + n * 1000, values: { pressure } }));
            if (n !== killAt) continue;
            const program = (replay + i) % 2 ? "portal" : "ingest";
            await until(`${program} to run`, () => product.pid(program) !== undefined);
            product.kill(program);
            kills++;
          }
          await client.endAsync();
        }
        await product.settled();
        for (const { assetId } of machines)
          await until("the ticket", async () => {
            for (const { id } of await ticketsOf(product.admin, assetId)) seen.get(assetId)!.add(id);
            return seen.get(assetId)!.size > 0;
          });
      }
      const doubled = [...seen.values()].reduce((sum, ids) => sum + ids.size - 1, 0);
      expect(doubled === 0, `tickets seen: ${[...seen.values()].map((ids) => ids.size).join(", ")}`);
      const note = `2 incidents, each replayed ${replays} times, ${kills} kills: ${doubled + 2} tickets`;
      return { attempts: replays * 2, lost: 0, doubled, phantom: 0, failures, note };
    }),
};

import type { Product } from "../../../stories/support/product.ts";
import { until } from "../../../stories/support/wait.ts";
import { device, insist, metricsOf, withPlant } from "../plant.ts";
import { checklist, type Proof } from "../promise.ts";

async function counters(product: Product) {
  const metrics = await metricsOf(product);
  const of = (name: string) => metrics.get(`millwright_${name}`) ?? 0;
  return {
    messages: of("messages_total"),
    understood: of("messages_understood_total"),
    rejected: of("messages_rejected_total"),
    samples: of("samples_stored_total") + of("samples_repeated_total") + of("samples_rewritten_total"),
  };
}

/** Received = understood + refused, and every sample is stored, repeated or rewritten: now and after kills. */
export const selfReport: Proof = {
  title: "the counters add up, also across kills",
  prove: ({ random, long }) =>
    withPlant(1, {}, async (product, [machine]) => {
      const { failures, expect } = checklist();
      const client = await device(product.mqttPort, machine);
      const startMs = Date.now() - 3_600_000;
      let messages = 0;
      let samples = 0;
      const rounds = long ? 30 : 2;
      for (let round = 0; round < rounds; round++) {
        const payloads = Array.from({ length: 200 }, (_, n) => {
          const ts = startMs + Math.floor(random() * 500) * 1000;
          if (n % 10 === 0) return "nonsense";
          samples += 2;
          return JSON.stringify({ ts, values: { flow: Math.floor(random() * 3), pressure: 5 } });
        });
        messages += payloads.length;
        await Promise.all(payloads.map((payload) => insist(client, payload)));
        const killed = product.kill("ingest");
        await until("ingest to run again", () => (product.pid("ingest") ?? killed) !== killed);
        await product.settled();
        const now = await until("metrics", async () => {
          const found = await counters(product);
          return found.messages > 0 && found;
        });
        const sum = now.understood + now.rejected;
        expect(
          now.messages === messages,
          `round ${round}: ${now.messages} messages counted, ${messages} sent`,
        );
        expect(sum === now.messages, `round ${round}: ${now.messages} received, ${sum} accounted for`);
        expect(now.samples === samples, `round ${round}: ${now.samples} samples counted, ${samples} sent`);
      }
      await client.endAsync();
      const note = `${messages} messages, ${samples} samples, ${rounds} kills of ingest`;
      return { attempts: messages, lost: 0, doubled: 0, phantom: 0, failures, note };
    }),
};

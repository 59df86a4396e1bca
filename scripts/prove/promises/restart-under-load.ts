import { setTimeout as delay } from "node:timers/promises";
import { audit } from "../../../stories/support/ledger.ts";
import { until } from "../../../stories/support/wait.ts";
import { ackedBy, publishAll, withPlant } from "../plant.ts";
import { checklist, type Proof } from "../promise.ts";

/** SIGTERM to each program in turn while devices publish. */
export const restartUnderLoad: Proof = {
  title: "SIGTERM under load: exit 0 within 10 s, nothing lost",
  prove: ({ random, long }) =>
    withPlant(4, {}, async (product, machines) => {
      const { failures, expect } = checklist();
      const ledgers = publishAll(product.mqttPort, machines);
      await until("the stream to run", () => ackedBy(ledgers) > 500);
      let longestMs = 0;
      const programs = ["broker", "ingest", "portal"] as const;
      for (let round = 0; round < (long ? 20 : 1); round++) {
        for (const program of programs) {
          const pid = await until(`${program} to run`, () => product.pid(program));
          // A SIGTERM before the program listens for it ends it at once, which is right, but not what is proven here.
          await until("the product to be ready", async () => (await fetch(`${product.url}/readyz`)).ok);
          await delay(200 * random());
          const seen = product.events.length;
          const from = performance.now();
          process.kill(pid, "SIGTERM");
          const died = await until(
            `${program} to end`,
            () => product.events.slice(seen).find((e) => e.kind === "died" && e.program === program),
            20_000,
          );
          longestMs = Math.max(longestMs, performance.now() - from);
          const how = died.kind === "died" ? died.how : "";
          expect(how === "exit code 0", `${program} ended with ${how}`);
        }
      }
      expect(longestMs < 10_000, `an end took ${longestMs.toFixed(0)} ms`);
      await Promise.all(ledgers.map((ledger) => ledger.stop()));
      await product.settled();
      const found = await audit(product.admin, ledgers);
      const note = `${found.acked} acknowledged; the slowest end took ${(longestMs / 1000).toFixed(1)} s`;
      return { ...found, attempts: found.acked, failures, note };
    }),
};

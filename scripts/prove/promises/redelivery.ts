import { audit, valueFor } from "../../../stories/support/ledger.ts";
import { until } from "../../../stories/support/wait.ts";
import { device, insist, withPlant } from "../plant.ts";
import { checklist, type Proof } from "../promise.ts";

const READINGS = 200;

/** The same readings sent again: at once, after a reconnect, after the broker's death, out of order, with another value. */
export const redelivery: Proof = {
  title: "a reading sent again is stored once, the last value stays",
  prove: () =>
    withPlant(1, {}, async (product, [machine]) => {
      const { failures, expect } = checklist();
      const startMs = Date.now() - 3_600_000;
      const one = (n: number, value = valueFor(n)) =>
        JSON.stringify({ ts: startMs + n, values: { flow: value } });
      const order = Array.from({ length: READINGS }, (_, n) => n);
      const client = await device(product.mqttPort, machine);
      let sent = 0;
      const sendAll = async (payloads: string[]) => {
        sent += payloads.length;
        await Promise.all(payloads.map((payload) => insist(client, payload)));
      };
      await sendAll(order.map((n) => one(n, valueFor(n) + 1000 * (n % 2)))); // odd ones wrong at first
      await sendAll(order.map((n) => one(n)));
      for (let round = 0; round < 4; round++) await sendAll(order.map((n) => one(n)).reverse());
      client.stream.destroy(); // a lost link; the client comes back by itself
      await sendAll(order.map((n) => one(n)));
      const killed = product.kill("broker");
      await until("the broker to run again", () => (product.pid("broker") ?? killed) !== killed);
      await sendAll(order.map((n) => one(n)));
      await client.endAsync();
      await product.settled();
      const ledger = { machine, startMs, sent: READINGS, acked: new Set(order) };
      const found = await audit(product.admin, [ledger]);
      expect(found.acked === READINGS, "the audit saw other readings");
      const { lost, doubled, phantom } = found;
      return {
        attempts: sent,
        lost,
        doubled,
        phantom,
        failures,
        note: `${READINGS} readings sent ${sent} times`,
      };
    }),
};

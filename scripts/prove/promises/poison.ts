import { until } from "../../../stories/support/wait.ts";
import { device, insist, withPlant } from "../plant.ts";
import { checklist, type Proof } from "../promise.ts";

/** Payload, and the word its reason begins with; null: it is understood. */
const POISON: readonly (readonly [Buffer | string, string | null])[] = [
  ["not json", "invalid-json"],
  ['{"flow":NaN}', "invalid-json"],
  ['{"flow":1e999}', "value-not-a-number"],
  [`{"flow":"${"x".repeat(100_000)}"}`, "value-not-a-number"],
  ["[".repeat(10_000) + "]".repeat(10_000), "too-deep"],
  ['{"__proto__":{"polluted":1}}', "value-not-a-number"],
  ['{"flow":{"deep":1}}', "value-not-a-number"],
  ['{"ts":"yesterday","values":{"flow":1}}', "bad-timestamp"],
  ['{"\\ud800":1}', "bad-tag"],
  [Buffer.from([0xff, 0xfe, 0x00]), "invalid-json"],
  ["", ""],
  ["null", "not-an-object"],
  ['{"flow":1,"flow":2}', null],
  [`{${Array.from({ length: 5_000 }, (_, i) => `"t${i}":1`).join(",")}}`, "too-many-tags"],
];

type Rejected = { id: number; reason: string; deviceId: string; topic: string; receivedAt: number };

export const poison: Proof = {
  title: "a poison message is kept with its reason, the rest goes on",
  prove: ({ long }) =>
    withPlant(1, {}, async (product, [machine]) => {
      const { failures, expect } = checklist();
      const client = await device(product.mqttPort, machine);
      for (const [payload] of POISON) await insist(client, payload);
      await insist(client, '{"flow":42}');
      await product.settled();
      const rejected = () => product.admin.all<Rejected>("/rejected-messages?limit=200");
      const first = await until("the rejections", async () => {
        const found = await rejected();
        return found.length >= POISON.filter(([, reason]) => reason !== null).length && found;
      });
      for (const [payload, reason] of POISON) {
        if (reason === null) continue;
        const what = `${payload.slice(0, 40)} (${reason})`;
        expect(
          first.some((row) => row.reason.startsWith(reason)),
          `not kept: ${what}`,
        );
      }
      expect(
        first.every((row) => row.deviceId === machine.deviceId && row.topic !== "" && row.receivedAt > 0),
        "a rejection does not say whose it is",
      );
      // Met again at every start: never a crash loop, never a second copy.
      const restarts = long ? 20 : 2;
      for (let i = 0; i < restarts; i++) {
        const killed = product.kill("ingest");
        await until("ingest to run again", () => (product.pid("ingest") ?? killed) !== killed);
        await insist(client, `{"flow":${i}}`);
        await product.settled();
      }
      await client.endAsync();
      const died = product.events.filter((event) => event.kind === "died" && event.program === "ingest");
      expect(died.length === restarts, `ingest died ${died.length} times, killed ${restarts} times`);
      const last = await rejected();
      const doubled = last.length - first.length;
      const latest = await product.admin.get<{ values: { tag: string; value: number }[] }>(
        `/assets/${machine.assetId}/latest`,
      );
      const flow = latest.values.find(({ tag }) => tag === "flow")?.value;
      expect(flow === restarts - 1, `the good value behind it is ${flow}`);
      const note = `${first.length} rejections, ${restarts} restarts with them in the journal`;
      return { attempts: POISON.length, lost: 0, doubled: Math.max(0, doubled), phantom: 0, failures, note };
    }),
};

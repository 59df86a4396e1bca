import { randomBytes } from "node:crypto";
import { connectAsync } from "mqtt";
import { testBed } from "../../../broker/src/testing/test-bed.ts";
import { checklist, type Proof } from "../promise.ts";

const DIFFER_BY = 0.05;
/** A difference that is there shows in every round; one that noise makes does not. */
const ROUNDS = 4;

/** Names cannot be found out by asking: a wrong secret is refused as late, and in the same words, as a name nobody has. */
export const sameRefusal: Proof = {
  title: "a refusal does not tell whether the device exists",
  alone: true,
  async prove({ long }) {
    const { failures, expect } = checklist();
    const tries = long ? 1_000 : 200;
    const bed = testBed({ MQTT_MAX_FAILED_SIGN_INS: "1000000", MQTT_MAX_CONNECTS_PER_S: "1000000" });
    try {
      const { id } = bed.addDevice("device-1");
      await bed.start();
      const refused = async (username: string) => {
        const from = performance.now();
        const code = await connectAsync(
          bed.url(),
          {
            username,
            password: randomBytes(16).toString("base64url"),
            reconnectPeriod: 0,
          },
          false,
        ).then(
          () => "let in",
          (error: { code?: unknown }) => error.code,
        );
        return { code, ms: performance.now() - from };
      };
      const codes = new Set<unknown>();
      const differences: number[] = [];
      let attempts = 0;
      for (let round = 0; round < ROUNDS && !differences.some((part) => part < DIFFER_BY); round++) {
        const took = { known: [] as number[], unknown: [] as number[] };
        // One of each in turn: what else the machine does meets both alike. The first ones only warm up.
        for (let i = -20; i < tries; i++) {
          for (const [kind, name] of i % 2 === 0 ? order(id) : order(id).reverse()) {
            const { code, ms } = await refused(name);
            codes.add(code);
            if (i >= 0) took[kind].push(ms);
            attempts++;
          }
        }
        const [known, unknown] = [median(took.known), median(took.unknown)];
        differences.push(Math.abs(known - unknown) / Math.min(known, unknown));
      }
      const least = Math.min(...differences);
      expect(codes.size === 1, `answers differ: ${[...codes].join(", ")}`);
      expect(
        least < DIFFER_BY,
        `medians differ by ${(least * 100).toFixed(1)} % in each of ${ROUNDS} rounds`,
      );
      const note = `medians of known and unknown names differ by ${(least * 100).toFixed(1)} %; answer ${[...codes].join(", ")} to all`;
      return { attempts, lost: 0, doubled: 0, phantom: 0, failures, note };
    } finally {
      await bed.end();
    }
  },
};

/** A name as long as the known one, never twice the same. */
const order = (id: string): ["known" | "unknown", string][] => [
  ["known", id],
  ["unknown", randomBytes(id.length).toString("hex").slice(0, id.length)],
];

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

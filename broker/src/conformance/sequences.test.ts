import { afterAll, beforeAll, expect, test } from "vitest";
import { testBed } from "../testing/test-bed.ts";
import { connectSequences } from "./connect-sequences.ts";
import { flowSequences } from "./flow-sequences.ts";
import { packetSequences } from "./packet-sequences.ts";
import { play, type Sequence } from "./sequence.ts";
import { textSequences } from "./text-sequences.ts";

const AT_ONCE = 16;

const bed = testBed({ MQTT_TEST_LISTENER_PORT: "0" });
let port = 0;
beforeAll(async () => {
  port = (await bed.start()).testPort ?? 0;
});
afterAll(() => bed.end());

async function wrongOnes(sequences: readonly Sequence[], atOnce: number): Promise<string[]> {
  const wrong: string[] = [];
  const left = [...sequences];
  async function work() {
    for (let next = left.shift(); next; next = left.shift()) {
      const what = await play(next, port);
      if (what !== null) wrong.push(`[${next.clause}] ${next.name}: ${what}`);
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work));
  return wrong;
}

const TABLES = {
  connect: connectSequences,
  text: textSequences,
  packet: packetSequences,
  flow: flowSequences,
};

test.each(Object.entries(TABLES))(
  "%s sequences are answered as MQTT 3.1.1 says",
  { timeout: 60_000 },
  async (_name, sequences) => {
    expect(await wrongOnes(sequences, AT_ONCE)).toEqual([]);
  },
);

test("the tables are whole, and no sequence stands in them twice", () => {
  const all = Object.values(TABLES).flat();
  expect(all.length).toBeGreaterThan(700);
  const names = all.map(
    ({ clause, name, connected, steps }) => `${clause} ${name} ${connected} ${JSON.stringify(steps)}`,
  );
  expect(new Set(names).size).toBe(names.length);
});

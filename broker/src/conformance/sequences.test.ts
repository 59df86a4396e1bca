import { afterAll, beforeAll, expect, test } from "vitest";
import { testBed } from "../testing/test-bed.ts";
import { connectSequences } from "./connect-sequences.ts";
import { flowSequences } from "./flow-sequences.ts";
import { packetSequences } from "./packet-sequences.ts";
import { play, type Sequence } from "./sequence.ts";
import { sessionSequences } from "./session-sequences.ts";
import { textSequences } from "./text-sequences.ts";

const AT_ONCE = 16;

const bed = testBed({ MQTT_TEST_LISTENER_PORT: "0" });
let port = 0;
beforeAll(async () => {
  port = (await bed.start()).testPort ?? 0;
});
afterAll(() => bed.end());

async function wrongOnes(
  sequences: readonly Sequence[],
  atOnce: number,
  at = port,
  user = "",
): Promise<string[]> {
  const wrong: string[] = [];
  const left = [...sequences];
  async function work() {
    for (let next = left.shift(); next; next = left.shift()) {
      const what = await play(next, at, user);
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
  session: sessionSequences,
};

test.each(Object.entries(TABLES))(
  "%s sequences are answered as MQTT 3.1.1 says",
  { timeout: 60_000 },
  async (_name, sequences) => {
    expect(await wrongOnes(sequences, AT_ONCE)).toEqual([]);
  },
);

test("a device that has signed in is refused what is malformed as well", { timeout: 60_000 }, async () => {
  const { token } = bed.addDevice("d1");
  const malformed = packetSequences.filter(({ connected, end }) => connected !== null && end === "closed");
  expect(malformed.length).toBeGreaterThan(200);
  expect(await wrongOnes(malformed, AT_ONCE, bed.port(), token)).toEqual([]);
});

test("the tables are whole, and no sequence stands in them twice", () => {
  const all = Object.values(TABLES).flat();
  expect(all.length).toBeGreaterThan(700);
  const names = all.map(
    ({ clause, name, connected, steps }) => `${clause} ${name} ${connected} ${JSON.stringify(steps)}`,
  );
  expect(new Set(names).size).toBe(names.length);
});

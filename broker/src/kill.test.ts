import { TELEMETRY } from "@millwright/shared/wire/topics";
import { afterEach, beforeEach, expect, test } from "vitest";
import { spawnBroker } from "./testing/spawn-broker.ts";
import { testBed, until } from "./testing/test-bed.ts";

let bed: ReturnType<typeof testBed>;
beforeEach(() => {
  bed = testBed();
});
afterEach(() => bed.end());

const CLIENTS = 8;
const IN_FLIGHT = 100;

/** Publishes as fast as it is acknowledged until the process is killed after `lifeMs`; adds what was acknowledged. */
async function oneLife(
  program: "main.ts" | "testing/ack-early.ts",
  token: string,
  cycle: number,
  lifeMs: number,
  acked: Set<string>,
) {
  const { child, url, exited } = await spawnBroker(bed.dataDir, program);
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
  await new Promise((resolve) => setTimeout(resolve, lifeMs));
  child.kill("SIGKILL");
  await exited;
}

const kept = () => new Set(bed.messages().map(({ payload }) => String(payload)));
const missing = (acked: Set<string>) => {
  const there = kept();
  return [...acked].filter((name) => !there.has(name)).length;
};

test("nothing acknowledged is missing after kill -9 under load, and the next start says who is gone", {
  timeout: 60_000,
}, async () => {
  const device = bed.addDevice("d1");
  const acked = new Set<string>();
  for (let cycle = 0; cycle < 4; cycle++)
    await oneLife("main.ts", device.token, cycle, 50 + cycle * 70, acked);
  expect(acked.size).toBeGreaterThan(2_000);
  expect(missing(acked)).toBe(0);
  const { child, exited } = await spawnBroker(bed.dataDir);
  await until(() => bed.presence().at(-1) === "d1 disconnected", "the next start says so");
  child.kill("SIGTERM");
  expect(await exited).toBe(0);
});

test("the control, which acknowledges before the commit, does lose: the test above can see losses", {
  timeout: 60_000,
}, async () => {
  const device = bed.addDevice("d1");
  const acked = new Set<string>();
  let lost = 0;
  for (let cycle = 0; cycle < 10 && lost === 0; cycle++) {
    await oneLife("testing/ack-early.ts", device.token, cycle, 50 + cycle * 37, acked);
    lost = missing(acked);
  }
  expect(lost).toBeGreaterThan(0);
});

import { afterEach, beforeEach, expect, test } from "vitest";
import { spawnBroker } from "./testing/spawn-broker.ts";
import { testBed, until } from "./testing/test-bed.ts";
import { lostWhenAckedEarly, missing, oneLife } from "./testing/under-load.ts";

let bed: ReturnType<typeof testBed>;
beforeEach(() => {
  bed = testBed();
});
afterEach(() => bed.end());

test("nothing acknowledged is missing after kill -9 under load, and the next start says who is gone", {
  timeout: 60_000,
}, async () => {
  const { token } = bed.addDevice("d1");
  const acked = new Set<string>();
  for (let i = 0; i < 4; i++)
    await oneLife(bed, { program: "main.ts", token, name: `${i}`, lifeMs: 50 + i * 70, acked });
  expect(acked.size).toBeGreaterThan(2_000);
  expect(missing(bed, acked)).toBe(0);
  const { child, exited } = await spawnBroker(bed.dataDir);
  await until(() => bed.presence().at(-1) === "d1 disconnected", "the next start says so");
  child.kill("SIGTERM");
  expect(await exited).toBe(0);
});

test("the control, which acknowledges before the commit, does lose: the test above can see losses", {
  timeout: 60_000,
}, async () => {
  expect(await lostWhenAckedEarly(bed)).toBeGreaterThan(0);
});

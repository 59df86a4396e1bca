import { Hono } from "hono";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { PortalEnv } from "../deps.ts";
import { pagesApp } from "./app.tsx";
import { textOf } from "./testing/find.ts";
import { seedLargeFleet } from "./testing/large-fleet.ts";
import { buildPlant, type Plant } from "./testing/plant.ts";

const MACHINES = 10_000;
let plant: Plant;
let app: Hono<PortalEnv>;

beforeAll(async () => {
  plant = await buildPlant();
  const { db, clock } = plant.deps;
  seedLargeFleet(db, plant.telemetry, { machines: MACHINES, modelId: plant.model, now: clock() });
  // 500 sites over Europe and beyond, in a pattern that stays the same.
  db.$client.exec(`update sites set latitude = 36 + (rowid * 7919 % 2400) / 100.0,
    longitude = -10 + (rowid * 104729 % 4000) / 100.0 where id like 'sit_l%'`);
  const pages = pagesApp(plant.deps);
  app = new Hono<PortalEnv>();
  app.use(async (c, next) => {
    c.set("viewer", plant.people.engineer);
    await next();
  });
  app.route("/", pages);
}, 60_000);
afterAll(() => plant.stop());

const get = async (path: string) => (await app.request(path)).text();
const pillCounts = (html: string) =>
  [...html.matchAll(/aria-label="[^"]*?: ([\d,]+) machines?, /g)].map((m) =>
    Number(m[1]!.replaceAll(",", "")),
  );

test("10,000 machines are a few pills that hold every one of them, and a page of moderate size", async () => {
  const html = await get("/fleet?view=map");
  const counts = pillCounts(html);
  expect(counts.length).toBeGreaterThan(3);
  expect(counts.length).toBeLessThan(150);
  expect(counts.reduce((a, b) => a + b, 0)).toBe(MACHINES);
  expect(textOf(html)).toContain("Not on the map: 4 machines at 3 sites");
  expect(html.length).toBeLessThan(150_000);
});

test("a page of the map of 10,000 takes some tens of milliseconds of the processor", async () => {
  await get("/fleet?view=map");
  const pages = 12;
  const before = process.cpuUsage();
  for (let i = 0; i < pages; i++) await get(`/fleet?view=map&at=${48 + i / 10},10&z=${4 + (i % 3)}`);
  const { user, system } = process.cpuUsage(before);
  const ms = (user + system) / 1000 / pages;
  process.stdout.write(`map of ${MACHINES}: ${ms.toFixed(0)} ms of the processor a page\n`);
  // Some 50 ms alone. Time of the processor, not of the clock, which a busy machine stretches.
  expect(ms).toBeLessThan(160);
});

test("the map obeys the fleet's filter", async () => {
  const counts = pillCounts(await get("/fleet?view=map&customer=cus_l1"));
  expect(counts.reduce((a, b) => a + b, 0)).toBe(100);
});

test("nothing on the page comes from elsewhere or is styled inline", async () => {
  const html = await get("/fleet?view=map");
  expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  expect(html).not.toContain(" style=");
});

test("home of a fleet of 10,000 counts every machine", async () => {
  expect(textOf(await get("/"))).toContain("10,004 machines");
});

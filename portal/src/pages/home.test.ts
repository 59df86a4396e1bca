import { Hono } from "hono";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Viewer } from "../access/viewer.ts";
import type { PortalEnv } from "../deps.ts";
import { transferAsset } from "../fleet/transfer.ts";
import { changesSince } from "../read/changes.ts";
import { pagesApp } from "./app.tsx";
import { toldTogether } from "./home-changes.tsx";
import { all, textOf } from "./testing/find.ts";
import { buildPlant, type Plant } from "./testing/plant.ts";

let plant: Plant;
let pages: Hono<PortalEnv>;
const START = Date.UTC(2026, 10, 19, 14, 32, 8);
let now = START;
const HOUR = 3_600_000;

beforeAll(async () => {
  plant = await buildPlant({ clock: () => now });
  pages = pagesApp(plant.deps);
  const { compressor, dairy } = plant.machines;
  plant.raise({ assetId: compressor.id, deviceId: compressor.device });
  plant.raise({ assetId: dairy.id, deviceId: dairy.device, summary: "Dairy secret alarm" });
});
afterAll(() => plant.stop());
beforeEach(() => {
  now = START;
});

function as(viewer: Viewer): Hono<PortalEnv> {
  const app = new Hono<PortalEnv>();
  app.use(async (c, next) => {
    c.set("viewer", viewer);
    await next();
  });
  return app.route("/", pages);
}
const get = async (viewer: Viewer, path = "/") => (await as(viewer).request(path)).text();
const looked = (viewer: Viewer, until: string) =>
  as(viewer).request("/looked", { method: "POST", body: new URLSearchParams({ until }) });

test("the engineer's home says what waits, how the fleet is and where, and what changed", async () => {
  const html = await get(plant.people.engineer);
  expect(all(html, "h2")).toEqual(
    expect.arrayContaining([
      "Needs you now",
      "My tickets",
      "Fleet by state",
      "Where",
      "Changed since yesterday",
    ]),
  );
  expect(textOf(html)).toContain("2 problems wait for an acknowledgement.");
});

test("a customer's home tells of its own machines and tickets alone", async () => {
  const text = textOf(await get(plant.people.owner));
  expect(text).toContain("2 of 3 machines are fine");
  expect(text).not.toContain("Dairy secret alarm");
  expect(text).not.toContain("Alder");
});

test("what was seen is not told again, and can be told again", async () => {
  const { engineer } = plant.people;
  await looked(engineer, String(now));
  now += HOUR;
  expect(textOf(await get(engineer))).toContain("Nothing has changed since");
  const { long } = plant.machines;
  plant.raise({ assetId: long.id, deviceId: long.device, onset: now - 60_000, summary: "Newly hot" });
  expect(textOf(await get(engineer))).toContain("Changed since you last looked");
  expect(changesSince(plant.deps.db, engineer, START)).toHaveLength(1);
  await looked(engineer, "");
  expect(textOf(await get(engineer))).toContain("Changed since yesterday");
});

test("one person's looking is nobody else's", async () => {
  await looked(plant.people.engineer, String(now));
  expect(textOf(await get(plant.people.administrator))).toContain("Changed since yesterday");
});

test("what has not happened yet has not been seen", async () => {
  const { viewer } = plant.people;
  await looked(viewer, String(now + 100 * HOUR));
  now += HOUR;
  const { calm } = plant.machines;
  plant.raise({ assetId: calm.id, deviceId: calm.device, onset: now - 1000, summary: "Hot after all" });
  expect(textOf(await get(viewer))).not.toContain("Nothing has changed");
});

test("a sale is told to both sides, each in its own words, and tells neither of the other", async () => {
  const { db } = plant.deps;
  const { administrator, owner, other } = plant.people;
  const { alder } = plant.customers;
  now += 2 * HOUR;
  const asset = plant.machines.calm.id;
  transferAsset(db, administrator, asset, { customerId: alder, from: now - HOUR }, now);
  const told = (viewer: Viewer) =>
    changesSince(db, viewer, now - HOUR - 1)
      .filter((change) => "assetId" in change && change.assetId === asset)
      .map((change) => [change.what, change.customerName]);
  expect(told(owner)).toEqual([["gone", "Northwind Water"]]);
  expect(told(other)).toEqual([["new-machine", "Alder Dairy"]]);
  expect(told(administrator)).toEqual([["owner", "Alder Dairy"]]);
});

test("many machines that fall silent together are one line", () => {
  const silent = Array.from({ length: 14 }, (_, i) => ({
    what: "silent" as const,
    at: 100 - i,
    assetId: `a${i}`,
    assetName: `Pump ${i}`,
    customerName: "C",
  }));
  expect(toldTogether(silent).map((told) => told.changes.length)).toEqual([14]);
  expect(toldTogether(silent.slice(0, 3)).map((told) => told.changes.length)).toEqual([1, 1, 1]);
});

test("the map shows each customer its own places, and says which have none", async () => {
  const { engineer, owner } = plant.people;
  const { basin, millbrook } = plant.sites;
  const place = (site: string, text: string) =>
    as(engineer).request(`/sites/${site}/place`, {
      method: "POST",
      body: new URLSearchParams({ place: text }),
    });
  expect((await place(basin, "51.08, 13.67")).status).toBe(303);
  expect((await place(millbrook, "56.16, 10.13")).status).toBe(303);
  expect((await place(basin, "Dresden")).status).toBe(422);
  const staff = await get(engineer, "/fleet?view=map");
  expect(staff).toContain("Basin Road, Northwind Water: 1 machine");
  expect(staff).toContain("Millbrook, Alder Dairy");
  expect(textOf(staff)).toContain("Set its place");
  const own = await get(owner, "/fleet?view=map");
  expect(own).toContain("Basin Road, Northwind Water: 1 machine");
  expect(own).not.toContain("Millbrook");
  expect(textOf(own)).not.toContain("Set its place");
});
